import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../../src/storage/database.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let database: Database;

beforeAll(async () => {
  databases = await createTestDatabases();
  database = openPostgres({
    name: 'clinical',
    url: databases.urls.clinical.url,
    // One connection, so that what one statement leaves behind meets the next.
    connections: 1,
    onIdleError: () => undefined,
  });
}, 60_000);
afterAll(async () => {
  await database.close();
  await databases.drop();
}, 30_000);

describe('named statements', () => {
  test('texts, numbers, lists and their nulls arrive as they were sent', async () => {
    // PostgreSQL has no U+0000 in texts.
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\u0000', ''));
    const sent = fc.record({
      text: fc.option(text),
      texts: fc.array(fc.option(text)),
      flag: fc.boolean(),
      number: fc.double({ noNaN: true }),
      big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      numbers: fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    });
    await fc.assert(
      fc.asyncProperty(sent, async (values) => {
        const rows = await database.query({
          name: 'echo',
          text: `select $1::text as text, $2::text[] as texts, $3::boolean as flag, $4::float8 as number,
            $5::bigint as big, $6::bigint[] as numbers`,
          values: [
            values.text,
            values.texts,
            values.flag,
            values.number,
            values.big,
            values.numbers,
          ],
        });
        const [row] = rows as readonly Record<string, unknown>[];
        expect(row).toEqual({
          ...values,
          number: values.number + 0 === 0 ? expect.closeTo(0) : values.number,
          big: String(values.big),
          numbers: values.numbers.map((item) => (item === null ? null : String(item))),
        });
      }),
      { numRuns: 300 },
    );
  });

  test('bytes are left to the driver', async () => {
    const bytes = Buffer.from([0, 1, 255]);
    const statement = { name: 'bytes', text: 'select $1::bytea as bytes', values: [bytes] };
    expect(await database.query(statement)).toEqual([{ bytes }]);
    expect(await database.query(statement)).toEqual([{ bytes }]);
  });

  test('a statement that is refused leaves its connection and its name usable', async () => {
    const wrong = { name: 'typed', text: 'select $1::integer as n', values: ['x'] };
    for (let time = 0; time < 2; time += 1) {
      await expect(database.query(wrong)).rejects.toMatchObject({ code: '22P02' });
      expect(await database.query({ ...wrong, values: [7] })).toEqual([{ n: 7 }]);
    }
    const broken = { name: 'broken', text: 'select nonsense', values: [] };
    await expect(database.query(broken)).rejects.toMatchObject({ code: '42703' });
    expect(await database.query({ ...broken, text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });

  test('one name has one text', async () => {
    await database.query({ name: 'mine', text: 'select 1 as n' });
    await expect(database.query({ name: 'mine', text: 'select 2 as n' })).rejects.toThrow(
      'has another text',
    );
    expect(await database.query({ name: 'mine', text: 'select 1 as n' })).toEqual([{ n: 1 }]);
  });

  test('an error in the middle of the rows rejects, and gives no part of them', async () => {
    const statement = (last: number) => ({
      name: 'rows',
      text: 'select 10 / (3 - n) as value from generate_series(1, $1::integer) n',
      values: [last],
    });
    expect(await database.query(statement(2))).toEqual([{ value: 5 }, { value: 10 }]);
    await expect(database.query(statement(3))).rejects.toMatchObject({ code: '22012' });
    expect(await database.query(statement(0))).toEqual([]);
  });
});
