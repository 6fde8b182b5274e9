import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { preparePeriods } from '../../../src/audit/seal/periods.ts';
import type { SqlStatement } from '../../../src/storage/database.ts';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let offset = 0;
beforeAll(async () => {
  server = await startTestServer({
    settings: ['audit.sealSeconds=0.1'],
    clock: { now: () => Date.now() + offset },
  });
}, 60_000);
afterAll(() => server.close(), 30_000);

const MONTH = 31 * 86_400_000;

/** Sets the clock of the function that begins a month ahead, and that of the server. */
async function ahead(months: number): Promise<void> {
  offset = months * MONTH;
  await server.sql.query(`create schema if not exists ahead;
    create or replace function ahead.now() returns timestamptz language sql stable as
      $$ select pg_catalog.now() + interval '${String(months)} months' $$;
    grant usage on schema ahead to public;
    alter function audit_prepare_periods set search_path = public, ahead, pg_catalog, pg_temp`);
}

/** What the server does every hour, under its own role. */
async function everyHour(): Promise<void> {
  const runtime = new URL(server.databases.urls.clinical.url).username;
  await server.sql.query(`set role ${runtime}`);
  try {
    await preparePeriods({
      query: async <Row>({ text, values = [] }: SqlStatement) =>
        (await server.sql.query(text, [...values])).rows as Row[],
    });
  } finally {
    await server.sql.query('reset role');
  }
}

const newest = async (): Promise<string> => {
  const { rows } = await server.sql.query<{ partition: string }>(
    'select tableoid::regclass::text as partition from audit_event order by seq desc limit 1',
  );
  return rows[0]!.partition;
};
const nameOf = async (months: number): Promise<string> => {
  const { rows } = await server.sql.query<{ name: string }>(
    `select 'audit_event_' || to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => $1), 'YYYY_MM') as name`,
    [months],
  );
  return rows[0]!.name;
};

/** Reads and writes as fast as the server answers, until it is stopped; tells how many there were. */
function traffic(): { stop(): Promise<number> } {
  let stopped = false;
  const work = async (turn: number): Promise<number> => {
    let done = 0;
    for (; !stopped; done += 1) {
      const full = server.as('full');
      const answer =
        (done + turn) % 3 === 0
          ? await full.post('Patient', { resourceType: 'Patient' })
          : await full.get('Patient/patient-a');
      expect([200, 201]).toContain(answer.status);
    }
    return done;
  };
  const running = Promise.all([work(0), work(1), work(2)]);
  return {
    async stop() {
      stopped = true;
      return (await running).reduce((sum, done) => sum + done, 0);
    },
  };
}

describe('[R-043] a month begins while the server works', () => {
  test.each([
    ['two months ahead: the partition is there already', 2],
    ['half a year later, beyond the partitions that were made ahead', 8],
  ])(
    '%s: no access is refused, none is without its row, and the seal goes on',
    async (_name, months) => {
      await untilSealed(server.sql);
      const rows = async (): Promise<number> =>
        Number(
          (
            await server.sql.query<{ n: string }>(
              "select count(*) as n from audit_event where type = 'Patient' and outcome = 0",
            )
          ).rows[0]!.n,
        );
      const before = await rows();
      const load = traffic();
      await ahead(months);
      // The month has begun, and nobody has made its partition yet.
      await untilSomeMore(rows);
      await everyHour();
      await untilSomeMore(rows);
      expect(await newest()).toBe(await nameOf(months));
      const done = await load.stop();
      expect(done).toBeGreaterThan(5);
      expect((await rows()) - before).toBe(done);
      await untilSealed(server.sql);
      expect(await verifyDatabase(server.databases.superuserUrl)).toMatchObject({
        faults: [],
        unsealed: 0,
      });
    },
    60_000,
  );

  test('a clock that goes back changes nothing: numbers only grow', async () => {
    const partition = await newest();
    await ahead(0);
    await everyHour();
    expect((await server.as('full').get('Patient/patient-a')).status).toBe(200);
    expect(await newest()).toBe(partition);
    await untilSealed(server.sql);
    expect((await verifyDatabase(server.databases.superuserUrl)).faults).toEqual([]);
  }, 30_000);
});

async function untilSomeMore(rows: () => Promise<number>): Promise<void> {
  const begin = await rows();
  for (let turn = 0; turn < 400 && (await rows()) < begin + 5; turn += 1);
  expect(await rows()).toBeGreaterThanOrEqual(begin + 5);
}
