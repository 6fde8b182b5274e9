import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { type AmbientDatabase, ambientDatabase } from '../../oidc/ambient-database.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

describe('a request is one transaction', () => {
  let database: Database & { drop(): Promise<void> };
  let ambient: AmbientDatabase;
  let opened = 0;

  beforeAll(async () => {
    database = await accountsDatabase();
    ambient = ambientDatabase({
      ...database,
      transaction: (work) => {
        opened += 1;
        return database.transaction(work);
      },
    });
  }, 30_000);
  beforeEach(async () => {
    opened = 0;
    await database.query({ text: 'DELETE FROM dpop_proof' });
  });
  afterAll(() => database.drop(), 30_000);

  const put = (name: string, into: Pick<Database, 'query'> = ambient) =>
    into.query({
      text: 'INSERT INTO dpop_proof (key, expires_at) VALUES ($1, now())',
      values: [Buffer.from(name)],
    });
  const kept = async (from: Pick<Database, 'query'> = database) =>
    (await from.query<{ key: Buffer }>({ text: 'SELECT key FROM dpop_proof ORDER BY key' })).map(
      ({ key }) => key.toString(),
    );

  test('what it writes is seen by itself, and by others when it is over', async () => {
    await ambient.together(async () => {
      await put('a');
      expect(await kept(ambient)).toEqual(['a']);
      expect(await kept(database)).toEqual([]);
    });
    expect(await kept()).toEqual(['a']);
  });

  test('nothing is kept where it fails, and its failure is told', async () => {
    const work = ambient.together(async () => {
      await put('a');
      throw new TypeError('it failed');
    });
    await expect(work).rejects.toThrow('it failed');
    expect(await kept()).toEqual([]);
  });

  test('no connection is held before the first statement, nor by a request without any', async () => {
    await ambient.together(async () => {
      expect(opened).toBe(0);
    });
    expect(opened).toBe(0);
  });

  test('a transaction inside fails alone', async () => {
    await ambient.together(async () => {
      await put('a');
      const inside = ambient.transaction(async (tx) => {
        await put('b', tx);
        throw new TypeError('inside');
      });
      await expect(inside).rejects.toThrow('inside');
      await ambient.transaction((tx) => put('c', tx));
    });
    expect(await kept()).toEqual(['a', 'c']);
  });

  test('statements at once wait for each other; requests at once do not mix', async () => {
    await ambient.together(async () => {
      await Promise.all(['a', 'b', 'c'].map((name) => put(name)));
    });
    const failing = ambient.together(async () => {
      await put('x');
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new TypeError('late');
    });
    await Promise.allSettled([failing, ambient.together(() => put('d'))]);
    expect(await kept()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what goes on after the request stands alone', async () => {
    const after = Promise.withResolvers<undefined>();
    let late: Promise<unknown> | undefined;
    await ambient.together(async () => {
      await put('a');
      late = after.promise.then(() => put('b'));
    });
    after.resolve(undefined);
    await late;
    expect(await kept()).toEqual(['a', 'b']);
  });
});
