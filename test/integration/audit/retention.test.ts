import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { sealRound } from '../../../src/audit/seal/seal-round.ts';
import { checkpointKey, newKeySet } from '../../../src/audit/seal/keys.ts';
import {
  consistencyProof,
  inclusionProof,
  findLeaf,
  readCheckpoint,
} from '../../../src/audit/seal/proofs.ts';
import { preparePeriods } from '../../../src/audit/seal/periods.ts';
import { retirePeriods, type RetireOptions } from '../../../src/audit/seal/retire.ts';
import { verifyInclusion } from '../../../src/audit/seal/verify-proof.ts';
import { migrateAsOwner } from '../../../src/start/databases.ts';
import type { Database } from '../../../src/storage/database.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { verifyDatabase } from '../../support/ledger.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const DAY = 86_400_000;
const OLD = Date.parse('2024-01-10T00:00:00Z');
const key = checkpointKey(newKeySet('P-384'));
const source = { days: 3_653, types: [], interactions: [] };
const RULES = { security: { days: 730 }, access: { days: 730 }, mdr: source, billing: source };

let databases: TestDatabases;
let database: Database;
let owner: pg.Client;
let clock = OLD;

const INSERT = `insert into audit_event (recorded, interaction, outcome, patient, request_id)
  select $1::timestamptz + make_interval(secs => n), 'read', 0, 'patient-' || n, 'r' || n from generate_series(1, $2::int) n`;

const record = async (time: number, count: number): Promise<void> => {
  await database.query({ text: INSERT, values: [new Date(time).toISOString(), count] });
};
const seal = async (): Promise<void> => {
  const options = { database, clock: { now: () => clock }, key, origin: 'test' };
  while ((await sealRound(options)).more);
};
const options = (now: number, dryRun = false): RetireOptions => ({
  connection: owner,
  key,
  origin: 'test',
  now,
  rules: RULES,
  dryRun,
});
const count = async (): Promise<number> => {
  const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from audit_event');
  return rows[0]!.n;
};

/** Event triggers, as a superuser sets them up. */
async function guard(): Promise<void> {
  const superuser = new pg.Client({ connectionString: databases.superuserUrl });
  await superuser.connect();
  await superuser.query(
    await readFile(new URL('../../../src/audit/ledger-guard.sql', import.meta.url), 'utf8'),
  );
  await superuser.end();
}

beforeAll(async () => {
  databases = await createTestDatabases();
  const { url, ownerUrl } = databases.urls.clinical;
  const [store, audit] = ['storage/migrations/clinical', 'audit/migrations'].map(
    (path) => new URL(`../../../src/${path}`, import.meta.url).pathname,
  );
  await migrateAsOwner(ownerUrl, url, 'clinical', store!);
  // Rows from before the ledger had partitions: they have to survive, and to be sealed.
  database = openPostgres({ name: 'clinical', url, connections: 4, onIdleError: () => undefined });
  await record(OLD, 700);
  await migrateAsOwner(ownerUrl, url, 'audit', audit!);
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('insert into audit_key (kid, jwk) values ($1, $2)', [key.kid, key.publicJwk]);
}, 60_000);
afterAll(async () => {
  await owner.end();
  await database.close();
  await databases.drop();
}, 30_000);

describe('partitions and retention of the ledger', () => {
  test('rows from before there were partitions are kept, sealed, and found by their number', async () => {
    expect(await count()).toBe(700);
    await seal();
    const report = await verifyDatabase(databases.superuserUrl);
    expect(report).toMatchObject({ sound: true, leaves: 700, unsealed: 0 });
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      'explain select * from audit_event where seq = 5',
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('audit_event_before');
    expect(plan).not.toMatch(/audit_event_20\d\d/);
  });

  test.each([
    'alter table audit_event disable trigger audit_event_append_only',
    'alter table audit_event_before disable trigger all',
    'drop trigger audit_leaves_append_only on audit_leaves',
    "create or replace function refuse_change() returns trigger language plpgsql as 'begin return old; end'",
    'drop table audit_checkpoint',
    'drop table audit_event_before',
    'drop event trigger keep_ledger_tables',
  ])(
    '[R-052] with the event triggers of an administrator the owner may not: %s',
    async (statement) => {
      await guard();
      await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
    },
  );

  test('partitions are there for this month and the next three, with the indexes and guards of the ledger', async () => {
    await preparePeriods(database);
    const { rows } = await owner.query<{ name: string; indexes: number; triggers: number }>(
      `select c.relname as name, (select count(*)::int from pg_index where indrelid = c.oid) as indexes,
        (select count(*)::int from pg_trigger where tgrelid = c.oid and not tgisinternal) as triggers
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit_event'::regclass order by 1`,
    );
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map(({ indexes }) => indexes)).size).toBe(1);
    expect(rows.map(({ triggers }) => triggers)).toEqual([1, 1, 1, 1, 1]);
  });

  test('[R-055] at 729 days all is there, at 731 it is removed on record, and old proofs stay valid', async () => {
    // What was left open between the months is closed by the look after.
    await record(OLD + 800 * DAY, 299);
    await seal();
    await record(OLD + 800 * DAY, 1);
    await seal();
    const before = (await readCheckpoint(database))!;
    const leaf = (await findLeaf(database, '17'))!;
    const proof = await inclusionProof(database, leaf.index, before.size);
    expect(await retirePeriods(options(OLD + 729 * DAY))).toEqual([]);
    expect(await count()).toBe(1000);

    const planned = await retirePeriods(options(OLD + 731 * DAY, true));
    expect(planned).toMatchObject([{ partition: 'audit_event_before', count: 700 }]);
    expect(await count()).toBe(1000);

    clock = OLD + 801 * DAY;
    expect(await retirePeriods(options(OLD + 731 * DAY))).toEqual(planned);
    const { rows } = await owner.query<{ detail: string; n: number }>(
      "select max(detail) as detail, count(*)::int as n from audit_event where request_id = 'audit-retain'",
    );
    expect(rows[0]).toMatchObject({ n: 1 });
    expect(rows[0]!.detail).toContain(
      '700 rows of audit_event_before (access 700), leaves 0 to 699',
    );
    expect(await count()).toBe(301);
    await seal();

    const report = await verifyDatabase(databases.superuserUrl);
    expect(report).toMatchObject({ sound: true, retired: 700, leaves: 1001, unsealed: 0 });
    // Proofs from before, new ones for old leaves, and the way from the old checkpoint to the new one.
    const root = (jws: string) =>
      Buffer.from(
        (JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as { root: string })
          .root,
        'base64',
      );
    expect(verifyInclusion(leaf.hash, leaf.index, before.size, proof, root(before.jws))).toBe(true);
    const after = (await readCheckpoint(database))!;
    const again = await inclusionProof(database, leaf.index, after.size);
    expect(verifyInclusion(leaf.hash, leaf.index, after.size, again, root(after.jws))).toBe(true);
    expect((await consistencyProof(database, before.size, after.size)).length).toBeGreaterThan(0);
    // The key without which nobody can find out by trial what a hash was made from is gone.
    const keys = await owner.query('select from audit_blinding where first_seq = 0');
    expect(keys.rowCount).toBe(0);
    expect(await retirePeriods(options(OLD + 731 * DAY))).toEqual([]);
  });

  test('[R-209] a partition that is dropped without a record is found, row by row', async () => {
    const { rows } = await owner.query<{ partition: string }>(
      'select partition from audit_period order by first_seq offset 1 limit 1',
    );
    await owner.query('begin');
    await owner.query(`alter table audit_event detach partition ${rows[0]!.partition}`);
    await owner.query('commit');
    const report = await verifyDatabase(databases.superuserUrl);
    expect(report.faultCount).toBe(301);
    expect(report.faults[0]).toMatchObject({ kind: 'row-removed', leaves: [700, 701] });
    // Nor does a deletion record help that is signed with another key.
    await owner.query('insert into audit_deletion values (1, $1)', ['a.b.c']);
    const again = await verifyDatabase(databases.superuserUrl);
    expect(again.faults[0]).toMatchObject({ kind: 'checkpoint-forged' });
  });
});
