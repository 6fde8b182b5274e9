import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { EXPORT_FORMAT } from '../../../src/audit/seal/verify/ledger-event.ts';
import { readDatabase } from '../../../src/audit/seal/verify/read-database.ts';
import { readExport } from '../../../src/audit/seal/verify/read-export.ts';
import { verifyLedger } from '../../../src/audit/seal/verify/verify-ledger.ts';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let runtime: pg.Client;
const SEAL = 'audit.sealSeconds=0.1';

beforeAll(async () => {
  server = await startTestServer({ settings: [SEAL] });
  runtime = new pg.Client({ connectionString: server.databases.urls.clinical.url });
  await runtime.connect();
  for (let n = 0; n < 5; n += 1) await server.as('full').get('Patient/none');
  await untilSealed(server.sql);
}, 60_000);
afterAll(async () => {
  await runtime.end();
  await server.close();
}, 30_000);

const verify = () => verifyDatabase(server.databases.superuserUrl);
const COLUMNS = '(seq, recorded, interaction, outcome, request_id) overriding system value values';
const forged = (seq: string): string =>
  `insert into audit_event ${COLUMNS} (${seq}, now(), 'read', 0, 'forged')`;

describe('[R-052] [R-209] the role of the running server', () => {
  test.each([
    ['choose the number of a row', forged('1')],
    ['put a row in front of all others', forged('-5')],
    [
      'put a row far ahead, so that all later ones would be behind the seal',
      forged("audit_month_base((now() + interval '2 months')::date)"),
    ],
    ['set the numbers', "select setval(pg_get_serial_sequence('audit_event', 'seq'), 1)"],
    ['draw numbers', "select nextval(pg_get_serial_sequence('audit_event', 'seq'))"],
    ['change a row', "update audit_event set agent = 'x'"],
    ['remove a row', 'delete from audit_event'],
    ['empty the ledger', 'truncate audit_event'],
    ['drop the ledger', 'drop table audit_event'],
    ['change the ledger', 'alter table audit_event add column x text'],
    ['take a trigger away', 'alter table audit_event disable trigger all'],
    ['drop a trigger', 'drop trigger audit_event_append_only on audit_event'],
    ['make triggers not count', "set session_replication_role = 'replica'"],
    [
      'replace the guard',
      'create or replace function refuse_change() returns trigger language sql as $$ $$',
    ],
    ['take a partition off', 'alter table audit_event detach partition audit_event_before'],
    [
      'write into a partition',
      `insert into audit_event_before ${COLUMNS} (2, now(), 'read', 0, 'x')`,
    ],
    ['read the ledger of a partition around its parent', 'select * from audit_event_before'],
    ['lock everybody out of the ledger', 'lock table audit_event in access exclusive mode'],
    ['destroy the random bits', 'delete from audit_blinding'],
    ['record a deletion', "insert into audit_deletion values (0, 'x')"],
    ['invent a period', "insert into audit_period values (0, 1, 'x')"],
    ['change leaves', 'update audit_leaves set seqs = seqs'],
    ['remove leaves', 'delete from audit_leaves'],
    ['remove checkpoints', 'delete from audit_checkpoint'],
    ['change a key', "update audit_key set jwk = '{}'"],
    ['remove nodes', 'delete from audit_node'],
  ])('cannot %s', async (_what, statement) => {
    const refused = runtime.query(`begin; ${statement}; commit`).then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    );
    const code = await refused;
    await runtime.query('rollback');
    expect(code).toBe('42501');
  });

  test('and all is as it was', async () => {
    expect((await verify()).faults).toEqual([]);
  });
});

describe('[R-209] whoever owns the database', () => {
  test('puts a row in front of all others: it is found', async () => {
    await server.sql.query(forged('-5'));
    expect((await verify()).faults).toMatchObject([{ kind: 'row-inserted', seq: -5 }]);
    await server.sql.query("set session_replication_role = 'replica'");
    await server.sql.query('delete from audit_event where seq < 0');
    await server.sql.query("set session_replication_role = 'origin'");
  });

  test('cannot have changed rows signed anew by taking their leaves away under a running server', async () => {
    await untilSealed(server.sql);
    const { sql } = server;
    const { rows } = await sql.query<{ first: string; low: string }>(
      'select first, low_seq as low from audit_leaves order by first desc limit 1',
    );
    const [{ first, low } = { first: '', low: '' }] = rows;
    await sql.query("set session_replication_role = 'replica'");
    await sql.query(
      `create table kept_leaves as select * from audit_leaves where first >= ${first}`,
    );
    await sql.query(
      `create table kept_points as select * from audit_checkpoint where size > ${first}`,
    );
    await sql.query('delete from audit_leaves where first >= $1', [first]);
    await sql.query('delete from audit_checkpoint where size > $1', [first]);
    await sql.query("update audit_event set request_id = request_id || 'x' where seq >= $1", [low]);
    await sleep(500);
    // Nothing was signed; requests go on, and somebody is told.
    const after = await sql.query('select 1 from audit_leaves where first >= $1', [first]);
    expect(after.rows).toEqual([]);
    expect((await server.as('full').get('Patient/none')).status).toBe(404);
    const failed = server.log.filter(({ event }) => event === 'audit.seal.failed');
    expect(JSON.stringify(failed.at(-1))).toContain('does not begin with them');
    // Other leaves in their place are no better, even if there are more of them.
    await sql.query(
      `insert into audit_leaves select first, low_seq, high_seq, highest_seq, seqs || seqs, gaps,
        sha256('x') || substring(hashes from 33) || hashes from kept_leaves where first = ${first}`,
    );
    await sleep(400);
    expect((await sql.query('select max(size) as size from audit_checkpoint')).rows).toEqual([
      { size: first },
    ]);
    await sql.query('delete from audit_leaves where first >= $1', [first]);
    await sql.query('insert into audit_leaves select * from kept_leaves');
    await sql.query('insert into audit_checkpoint select * from kept_points');
    await sql.query(
      'update audit_event set request_id = left(request_id, -1) where seq >= $1 and seq <= (select max(highest_seq) from audit_leaves)',
      [low],
    );
    await sql.query('drop table kept_leaves, kept_points');
    await sql.query("set session_replication_role = 'origin'");
    await untilSealed(sql);
    expect((await verify()).faults).toEqual([]);
  });
});

describe('[R-209] an export', () => {
  test('that breaks off, wherever, is not taken for sound', async () => {
    await untilSealed(server.sql);
    const client = new pg.Client({ connectionString: server.databases.superuserUrl });
    await client.connect();
    const directory = await mkdtemp(join(tmpdir(), 'diga-export-'));
    try {
      const lines = [JSON.stringify({ kind: 'export', format: EXPORT_FORMAT })];
      for await (const event of readDatabase(client)) lines.push(JSON.stringify(event));
      const file = join(directory, 'ledger.ndjson');
      const sound = async (some: readonly string[]): Promise<boolean> => {
        await writeFile(file, some.map((line) => `${line}\n`).join(''));
        return (await verifyLedger(readExport(file), { trusted: 'any' })).sound;
      };
      expect(await sound(lines)).toBe(true);
      for (let kept = 0; kept < lines.length; kept += 1)
        expect([kept, await sound(lines.slice(0, kept))]).toEqual([kept, false]);
      // Nor is one from whose midst a line with leaves is missing.
      for (const [at, line] of lines.entries())
        if (line.includes('"kind":"leaves"'))
          expect([at, await sound(lines.toSpliced(at, 1))]).toEqual([at, false]);
      expect(await readFile(file, 'utf8')).not.toBe('');
    } finally {
      await client.end();
      await rm(directory, { recursive: true });
    }
  }, 60_000);
});
