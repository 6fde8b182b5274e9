import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database, SqlStatement } from '../../../src/storage/database.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let database: Database;

beforeAll(async () => {
  databases = await createTestDatabases();
  database = openPostgres({
    name: 'clinical',
    url: databases.urls.clinical.url,
    connections: 6,
    onIdleError: () => undefined,
  });
}, 60_000);
afterAll(async () => {
  await database.close();
  await databases.drop();
}, 30_000);

const divide = (name: string, by: number): SqlStatement & { readonly shared: true } => ({
  name,
  text: 'select 12 / $1::integer as value, pg_backend_pid() as pid, now()::text as began',
  values: [by],
  shared: true,
});

interface Divided {
  readonly value: number;
  readonly pid: number;
  readonly began: string;
}

const run = async (statement: SqlStatement): Promise<Divided> => {
  const [row] = await database.query<Divided>(statement);
  if (row === undefined) throw new TypeError('There is no row');
  return row;
};

describe('shared statements', () => {
  test('those of one turn travel over one connection in one transaction, each with its own rows', async () => {
    const rows = await Promise.all([1, 2, 3].map((by) => run(divide('divide', by))));
    expect(rows.map(({ value }) => value)).toEqual([12, 6, 4]);
    expect(new Set(rows.map(({ pid }) => pid)).size).toBe(1);
    expect(new Set(rows.map(({ began }) => began)).size).toBe(1);
  });

  test('others go alone', async () => {
    const rows = await Promise.all(
      [1, 2].map((by) => {
        const { shared: _, ...alone } = divide('divide', by);
        return run(alone);
      }),
    );
    expect(new Set(rows.map(({ began }) => began)).size).toBe(2);
  });

  test('however many there are, each has its answer', async () => {
    const divisors = Array.from({ length: 50 }, (_, index) => (index % 12) + 1);
    const rows = await Promise.all(
      divisors.map((by, index) => run(divide(`divide ${String(index % 5)}`, by))),
    );
    expect(rows.map(({ value }) => value)).toEqual(divisors.map((by) => Math.trunc(12 / by)));
  });

  test('one that fails is the only one: those before and behind it have their rows', async () => {
    for (let time = 0; time < 2; time += 1) {
      const ends = await Promise.allSettled(
        [3, 0, 4, 6].map((by, index) => run(divide(`failing ${String(index)}`, by))),
      );
      expect(ends.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect(ends[1]).toMatchObject({ reason: { code: '22012' } });
      expect(ends.map((end) => (end.status === 'fulfilled' ? end.value.value : 0))).toEqual([
        4, 0, 3, 2,
      ]);
    }
  });

  test('one that cannot be prepared is the only one, and leaves its name usable', async () => {
    const broken = { name: 'unsound', text: 'select nonsense', shared: true } as const;
    for (let time = 0; time < 2; time += 1) {
      const [first, second, third] = await Promise.allSettled([
        run(divide('sound', 2)),
        run(broken),
        run(divide('sound too', 3)),
      ]);
      expect(first).toMatchObject({ status: 'fulfilled', value: { value: 6 } });
      expect(second).toMatchObject({ status: 'rejected', reason: { code: '42703' } });
      expect(third).toMatchObject({ status: 'fulfilled', value: { value: 4 } });
    }
  });

  test('what was lost with its connection is asked again', async () => {
    const slow = (name: string): SqlStatement => ({
      name,
      text: 'with slept as materialized (select pg_sleep(0.4)::text) select pg_backend_pid() as pid, $1::integer as value from slept',
      values: [7],
      shared: true,
    });
    const asked = Promise.all([run(slow('slow one')), run(slow('slow two'))]);
    const killed = await kill('slept as materialized');
    expect(killed).toBeGreaterThan(0);
    const rows = await asked;
    expect(rows.map(({ value }) => value)).toEqual([7, 7]);
  }, 20_000);
});

/** Ends the backends that run a statement, once one does; the number of those that were ended. */
async function kill(text: string): Promise<number> {
  for (let time = 0; time < 50; time += 1) {
    const ended = await database.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity
        where state = 'active' and pid <> pg_backend_pid() and query like $1`,
      values: [`%${text}%`],
    });
    if (ended.length > 0) return ended.length;
  }
  return 0;
}

describe('statements without a name', () => {
  test('arrive with their values, and a refused one leaves the connection usable', async () => {
    const echo = (value: unknown): SqlStatement => ({
      text: 'select $1::integer as n, $2::text[] as texts',
      values: [value, ['a', null, 'b"c']],
    });
    expect(await database.query(echo(5))).toEqual([{ n: 5, texts: ['a', null, 'b"c'] }]);
    await expect(database.query(echo('x'))).rejects.toMatchObject({ code: '22P02' });
    expect(await database.query(echo(6))).toEqual([{ n: 6, texts: ['a', null, 'b"c'] }]);
  });
});
