import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let late: pg.Client;

const INSERT =
  "insert into audit_event (recorded, interaction, outcome, request_id) values (now(), 'read', 0, $1) returning seq";

beforeAll(async () => {
  server = await startTestServer({ settings: ['audit.sealSeconds=0.1'] });
  late = new pg.Client({ connectionString: server.databases.urls.clinical.url });
  await late.connect();
}, 60_000);
afterAll(async () => {
  await late.end();
  await server.close();
}, 30_000);

const leafOf = async (seq: string): Promise<number | undefined> => {
  const { rows } = await server.sql.query<{ leaf: number }>(
    'select (first + array_position(seqs, $1::bigint) - 1)::int as leaf from audit_leaves where $1::bigint = any(seqs)',
    [seq],
  );
  expect(rows.length).toBeLessThan(2);
  return rows[0]?.leaf;
};

async function insert(id: string): Promise<string> {
  const { rows } = await late.query<{ seq: string }>(INSERT, [id]);
  return rows[0]!.seq;
}

describe('[R-209] transactions that commit later than others with higher numbers', () => {
  test('get their leaf when they are visible, once, and behind those that came before', async () => {
    await untilSealed(server.sql);
    await late.query('begin');
    const seq = await insert('late');
    for (let n = 0; n < 3; n += 1) {
      await server.as('full').get('Patient/none');
      await untilSealed(server.sql);
    }
    const newer = (await server.audit(seq)).at(-1)!.seq;
    expect(await leafOf(seq)).toBeUndefined();
    expect(await leafOf(newer)).toBeDefined();
    expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
    await late.query('commit');
    await untilSealed(server.sql);
    expect(await leafOf(seq)).toBeGreaterThan((await leafOf(newer))!);
    const report = await verifyDatabase(server.databases.superuserUrl);
    expect(report).toMatchObject({ sound: true, unsealed: 0 });
  });

  test('leave nothing behind when they are rolled back, and nobody can fill their place afterwards', async () => {
    await late.query('begin');
    const seq = await insert('never');
    await server.as('full').get('Patient/none');
    await untilSealed(server.sql);
    await late.query('rollback');
    await server.as('full').get('Patient/none');
    await untilSealed(server.sql);
    await server.as('full').get('Patient/none');
    await untilSealed(server.sql);
    const { sql } = server;
    await sql.query("set session_replication_role = 'replica'");
    await sql.query(
      `insert into audit_event (seq, recorded, interaction, outcome, request_id) overriding system value
        values ($1, now(), 'read', 0, 'forged')`,
      [seq],
    );
    const report = await verifyDatabase(server.databases.superuserUrl);
    expect(report.faults).toMatchObject([{ kind: 'row-inserted', seq: Number(seq) }]);
    await sql.query('delete from audit_event where seq = $1', [seq]);
    await sql.query("set session_replication_role = 'origin'");
  });

  test('do not keep the others from being sealed, however long they take', async () => {
    await late.query('begin');
    await insert('slow');
    const statuses = await Promise.all(
      Array.from({ length: 40 }, () => server.as('full').get('Patient/none')),
    );
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([404]));
    await untilSealed(server.sql);
    await late.query('commit');
    await untilSealed(server.sql);
    expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
  });

  test('are still found by another sealer that starts while they are open', async () => {
    await late.query('begin');
    const seq = await insert('over a restart');
    await server.as('full').get('Patient/none');
    await untilSealed(server.sql);
    const second = await startTestServer({
      databases: server.databases,
      settings: ['audit.sealSeconds=0.1'],
    });
    await second.as('full').get('Patient/none');
    await untilSealed(server.sql);
    await late.query('commit');
    await untilSealed(server.sql);
    expect(await leafOf(seq)).toBeDefined();
    await second.close();
    expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
  }, 60_000);
});
