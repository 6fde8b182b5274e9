import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Database } from '../../../src/storage/database.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let database: Database;
let admin: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  admin = new pg.Client({ connectionString: databases.superuserUrl });
  await admin.connect();
  await admin.query(
    'create table fault (n integer primary key, times integer not null default 0); grant all on fault to public',
  );
  await admin.query('insert into fault values (1), (2)');
  database = openPostgres({
    name: 'clinical',
    url: databases.urls.clinical.url,
    connections: 6,
    onIdleError: () => undefined,
  });
}, 60_000);
afterAll(async () => {
  await database.close();
  await admin.end();
  await databases.drop();
}, 30_000);

/** Does something to the backend that runs a statement with a mark in it, once it runs. */
async function to(mark: string, what: 'pg_terminate_backend' | 'pg_cancel_backend'): Promise<void> {
  for (;;) {
    const { rows } = await admin.query<{ pid: number }>(
      `select pid from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid() and query like $1`,
      [`%${mark}%`],
    );
    const pid = rows[0]?.pid;
    if (pid !== undefined) {
      await admin.query(`select ${what}($1)`, [pid]);
      return;
    }
    await sleep(10);
  }
}

const times = async (n: number): Promise<number | undefined> => {
  const { rows } = await admin.query<{ times: number }>('select times from fault where n = $1', [
    n,
  ]);
  return rows[0]?.times;
};

describe('connection loss, time-outs and deadlocks', () => {
  test('a read whose connection is lost is done again', async () => {
    const reading = database.query<{ answer: number }>({
      text: 'select 42 as answer, pg_sleep(0.4) /* lost-read */',
    });
    await to('lost-read', 'pg_terminate_backend');
    expect((await reading)[0]?.answer).toBe(42);
  });

  test('a write whose connection is lost is not: it may have been done', async () => {
    const before = await times(1);
    const writing = database.query({
      text: `with slept as (select pg_sleep(5)) update fault set times = times + 1 from slept where n = 1 /* lost-write */`,
    });
    const failed = expect(writing).rejects.toMatchObject({
      code: 'SERVER_DATABASE_UNAVAILABLE',
      status: 503,
    });
    await to('lost-write', 'pg_terminate_backend');
    await failed;
    expect(await times(1)).toBe(before);
  });

  test('a transaction that is lost before its commit is done again, whole', async () => {
    const before = (await times(1)) ?? 0;
    let runs = 0;
    const writing = database.transaction(async (tx) => {
      runs += 1;
      await tx.query({ text: 'update fault set times = times + 1 where n = 1' });
      if (runs === 1) await tx.query({ text: 'select pg_sleep(5) /* lost-transaction */' });
    });
    await to('lost-transaction', 'pg_terminate_backend');
    await writing;
    expect(runs).toBe(2);
    expect(await times(1)).toBe(before + 1);
  });

  test('a statement that takes too long is 503 with Retry-After', async () => {
    const slow = database.query({ text: 'select pg_sleep(5) /* too-long */' });
    const failed = expect(slow).rejects.toMatchObject({
      code: 'SERVER_STATEMENT_TIMEOUT',
      status: 503,
      retryAfter: 5,
    });
    await to('too-long', 'pg_cancel_backend');
    await failed;
  });

  test('of two transactions that wait for each other both get done', async () => {
    const before = [(await times(1)) ?? 0, (await times(2)) ?? 0];
    const both = (first: number, second: number): Promise<void> =>
      database.transaction(async (tx) => {
        const add = 'update fault set times = times + 1 where n = $1';
        await tx.query({ text: add, values: [first] });
        await sleep(200);
        await tx.query({ text: add, values: [second] });
      });
    await Promise.all([both(1, 2), both(2, 1)]);
    expect([await times(1), await times(2)]).toEqual(before.map((n) => n + 2));
  }, 20_000);
});
