import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { RetentionRules } from '../../../src/audit/retention/classes.ts';
import { activeHolds, liftHold, placeHold } from '../../../src/audit/retention/holds.ts';
import { checkpointKey, newKeySet } from '../../../src/audit/seal/keys.ts';
import { findLeaf, inclusionProof, readCheckpoint } from '../../../src/audit/seal/proofs.ts';
import { retirePeriods, type RetireOptions } from '../../../src/audit/seal/retire.ts';
import { sealRound } from '../../../src/audit/seal/seal-round.ts';
import { unverifiedCheckpoint } from '../../../src/audit/seal/checkpoint.ts';
import { verifyInclusion } from '../../../src/audit/seal/verify-proof.ts';
import { readDatabase } from '../../../src/audit/seal/verify/read-database.ts';
import { readExport } from '../../../src/audit/seal/verify/read-export.ts';
import { verifyLedger } from '../../../src/audit/seal/verify/verify-ledger.ts';
import { migrateAsOwner } from '../../../src/start/databases.ts';
import type { Database } from '../../../src/storage/database.ts';
import { openPostgres } from '../../../src/storage/postgres.ts';
import { verifyDatabase } from '../../support/ledger.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const DAY = 86_400_000;
const OLD = Date.parse('2020-03-10T00:00:00Z');
const keySet = newKeySet();
const key = checkpointKey(keySet);
const source = (types: readonly string[]) => ({ days: 3_653, types, interactions: ['update'] });
const RULES: RetentionRules = {
  security: { days: 730 },
  access: { days: 365 },
  mdr: source(['Device']),
  billing: source(['Invoice']),
};

let databases: TestDatabases;
let database: Database;
let owner: pg.Client;
let superuser: pg.Client;

/** Rows of a kind, one second after the other. */
async function record(columns: Readonly<Record<string, unknown>>, count: number): Promise<void> {
  const given = { interaction: 'read', outcome: 0, request_id: 'r', ...columns };
  const names = Object.keys(given);
  await database.query({
    text: `insert into audit_event (recorded, ${names.join(', ')})
      select $1::timestamptz + make_interval(secs => n), ${names.map((_, n) => `$${String(n + 3)}`).join(', ')}
      from generate_series(1, $2::int) n`,
    values: [new Date(OLD).toISOString(), count, ...Object.values(given)],
  });
}

async function seal(): Promise<void> {
  const context = { database, clock: { now: () => Date.now() }, key, origin: 'test' };
  while ((await sealRound(context)).more);
}

const options = (days: number, dryRun = false): RetireOptions => ({
  connection: owner,
  key,
  origin: 'test',
  now: OLD + days * DAY,
  rules: RULES,
  dryRun,
});
const signer = { key, origin: 'test', now: OLD + 2 * DAY };

/** Rows of the old period, by what they are about. */
async function left(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await owner.query<{ what: string; n: number }>(
    `select coalesce(patient, type, security_type) as what, count(*)::int as n from audit_event
      where recorded < $1 group by 1`,
    [new Date(OLD + DAY).toISOString()],
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

const said = async (): Promise<readonly Record<string, unknown>[]> => {
  const { rows } = await owner.query<{ jws: string }>(
    'select jws from audit_deletion order by number',
  );
  return rows.map(
    ({ jws }) =>
      JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as Record<
        string,
        unknown
      >,
  );
};

/** What somebody can do who administers the database, undone afterwards. */
async function tampered(change: string, undo: string, check: () => Promise<void>): Promise<void> {
  await superuser.query("set session_replication_role = 'replica'");
  await superuser.query(change);
  try {
    await check();
  } finally {
    await superuser.query(undo);
    await superuser.query("set session_replication_role = 'origin'");
  }
  expect((await verifyDatabase(databases.superuserUrl)).faults).toEqual([]);
}

beforeAll(async () => {
  databases = await createTestDatabases();
  const { url, ownerUrl } = databases.urls.clinical;
  const [store, audit] = ['storage/migrations/clinical', 'audit/migrations'].map(
    (path) => new URL(`../../../src/${path}`, import.meta.url).pathname,
  );
  await migrateAsOwner(ownerUrl, url, 'clinical', store!);
  database = openPostgres({ name: 'clinical', url, connections: 4, onIdleError: () => undefined });
  // What is recorded before there are months becomes a period of its own.
  for (let turn = 0; turn < 30; turn += 1) {
    await record({ patient: 'usual' }, 40);
    await record({ patient: 'held' }, 3);
    await record({ patient: 'device', type: 'Device', interaction: 'update' }, 2);
    await record({ patient: 'looked', type: 'Device' }, 1);
    await record({ patient: 'paid', type: 'Invoice', interaction: 'update' }, 1);
    await record({ patient: 'refused', outcome: 8 }, 2);
    await record({ security_type: '110113', interaction: 'security' }, 1);
  }
  await migrateAsOwner(ownerUrl, url, 'audit', audit!);
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  superuser = new pg.Client({ connectionString: databases.superuserUrl });
  await superuser.connect();
  await superuser.query(
    await readFile(new URL('../../../src/audit/ledger-guard.sql', import.meta.url), 'utf8'),
  );
  await owner.query('insert into audit_key (kid, jwk) values ($1, $2)', [key.kid, key.publicJwk]);
  await seal();
  await database.query({
    text: "insert into audit_event (recorded, interaction, outcome, request_id) values (now(), 'read', 0, 'r')",
  });
  await seal();
  // What was left open between the periods is closed by the look after.
  await database.query({
    text: "insert into audit_event (recorded, interaction, outcome, request_id) values (now(), 'read', 0, 'r')",
  });
  await seal();
}, 60_000);
afterAll(async () => {
  await superuser.end();
  await owner.end();
  await database.close();
  await databases.drop();
}, 60_000);

const ALL = { usual: 1200, held: 90, device: 60, looked: 30, paid: 30, refused: 60, 110113: 30 };

describe('rows of one month are kept by their classes', () => {
  let proof: readonly Buffer[] = [];
  let before = { size: 0, root: '', leaf: -1, hash: Buffer.alloc(0) as Buffer };

  test('nothing is released before its time, and a dry run removes nothing', async () => {
    expect(await left()).toEqual(ALL);
    expect(await retirePeriods(options(364))).toEqual([]);
    const [planned] = await retirePeriods(options(366, true));
    expect(planned).toMatchObject({
      count: 1320,
      kept: 180,
      removedByClass: { access: 1320 },
      keptByClass: { access: 150, mdr: 60, billing: 30, security: 90 },
    });
    expect(await left()).toEqual(ALL);
    expect(await said()).toEqual([]);
    const checkpoint = unverifiedCheckpoint((await readCheckpoint(database))!.jws)!;
    const seq = (
      await owner.query<{ seq: string }>(
        "select min(seq) as seq from audit_event where patient = 'usual'",
      )
    ).rows[0]!.seq;
    const found = (await findLeaf(database, seq))!;
    before = { ...checkpoint, leaf: found.index, hash: found.hash };
    proof = await inclusionProof(database, before.leaf, before.size);
  });

  test('[R-053] [R-056] what a longer class or a hold keeps stays, the rest goes on a signed record', async () => {
    await placeHold(owner, signer, 'case 17', { patient: 'held' });
    const [retired] = await retirePeriods(options(366));
    expect(retired).toMatchObject({ count: 1230, kept: 270, keptByClass: { 'legal-hold': 90 } });
    const { usual: _usual, looked: _looked, ...kept } = ALL;
    expect(await left()).toEqual(kept);
    await seal();
    const report = await verifyDatabase(databases.superuserUrl);
    expect(report).toMatchObject({ faults: [], retired: 1230 });
    expect(await said()).toMatchObject([
      {
        whole: false,
        count: 1230,
        kept: 270,
        released: { access: 365 },
        removedByClass: { access: 1230 },
        root: retired!.root,
        holds: [expect.any(String)],
      },
    ]);
    const { rows } = await owner.query<{ detail: string }>(
      "select detail from audit_event where request_id in ('audit-hold', 'audit-retain') order by seq",
    );
    expect(rows.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^Legal hold [\w-]{36} placed on patient: case 17$/),
      expect.stringContaining('1230 rows of audit_event_before (access 1230)'),
    ]);
    // It is done: a second run finds nothing.
    expect(await retirePeriods(options(366))).toEqual([]);
  });

  test('the table that took the place of the partition has its indexes, guards and rights', async () => {
    const { rows } = await owner.query<{ name: string; indexes: number; triggers: number }>(
      `select c.relname as name, (select count(*)::int from pg_index where indrelid = c.oid) as indexes,
        (select count(*)::int from pg_trigger where tgrelid = c.oid and not tgisinternal) as triggers
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit_event'::regclass`,
    );
    expect(rows.map(({ name }) => name)).toContain('audit_event_before');
    expect(new Set(rows.map(({ indexes }) => indexes)).size).toBe(1);
    expect(new Set(rows.map(({ triggers }) => triggers))).toEqual(new Set([1]));
    await expect(owner.query('delete from audit_event')).rejects.toMatchObject({ code: '42501' });
    await expect(owner.query('delete from audit_event_before')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(database.query({ text: 'select from audit_event_before' })).rejects.toMatchObject({
      code: '42501',
    });
  });

  test.each([
    ['drop table audit_event_before', 'the rest of a month of which a record removed a part'],
    ['delete from audit_blinding', 'the key of rows that are there'],
    ['delete from audit_hold', 'a hold'],
    ["update audit_hold set act = 'lifted'", 'a hold'],
    ["update audit_removed set bits = ''", 'the list of what was removed'],
    ['drop trigger audit_hold_append_only on audit_hold', 'the guard of holds'],
  ])('[R-052] the owner may not: %s', async (statement) => {
    await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('the server may neither place holds nor mark leaves', async () => {
    for (const text of [
      "insert into audit_hold values ('x', 'lifted', 'a.b.c')",
      "insert into audit_removed values (0, 1, '')",
      "select audit_make_partition('x')",
    ]) {
      await expect(database.query({ text })).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('[R-209] one row more removed than the record says is found, and named', async () => {
    const { rows } = await superuser.query<{ seq: string; row: string }>(
      "select seq, a::text as row from audit_event a where patient = 'refused' order by seq limit 1",
    );
    const { seq, row } = rows[0]!;
    const back = `insert into audit_event overriding system value
      select (${pg.escapeLiteral(row)}::audit_event).*`;
    await tampered(`delete from audit_event where seq = ${seq}`, back, async () => {
      const report = await verifyDatabase(databases.superuserUrl);
      expect(report.faults).toEqual([
        expect.objectContaining({ kind: 'row-removed', seq: Number(seq) }),
      ]);
      await expect(retirePeriods(options(731))).rejects.toThrow('verify the ledger first');
    });
    // Nor where it is marked as removed as well: the record is signed over what it removed.
    const { index } = (await findLeaf(database, seq))!;
    const list = await superuser.query<{ first: string; bits: Buffer }>(
      'select first, bits from audit_removed where first <= $1 order by first desc limit 1',
      [index],
    );
    const { first, bits } = list.rows[0]!;
    const marked = Buffer.from(bits);
    const bit = index - Number(first);
    marked[bit >> 3] = marked[bit >> 3]! | (1 << (bit & 7));
    const setBits = (to: Buffer): string =>
      `update audit_removed set bits = '\\x${to.toString('hex')}' where first = ${first}`;
    await tampered(
      `delete from audit_event where seq = ${seq}; ${setBits(marked)}`,
      `${back}; ${setBits(bits)}`,
      async () => {
        const report = await verifyDatabase(databases.superuserUrl);
        expect(report.faults).toEqual([expect.objectContaining({ kind: 'deletion-wrong' })]);
      },
    );
  });

  test('[R-209] a row that was removed and is there again, one that is marked and there, and a record that is gone, are found', async () => {
    const { rows } = await superuser.query<{ first: string; bits: string }>(
      "select first, '\\x' || encode(bits, 'hex') as bits from audit_removed order by first limit 1",
    );
    const { first, bits } = rows[0]!;
    const all = `\\x${'ff'.repeat(bits.length / 2 - 1)}`;
    await tampered(
      `update audit_removed set bits = '${all}' where first = ${first}`,
      `update audit_removed set bits = '${bits}' where first = ${first}`,
      async () => {
        const report = await verifyDatabase(databases.superuserUrl);
        expect(new Set(report.faults.map(({ kind }) => kind))).toEqual(new Set(['deletion-wrong']));
        expect(report.faultCount).toBeGreaterThan(1);
      },
    );
    const record = await superuser.query<{ jws: string }>('select jws from audit_deletion');
    await tampered(
      "update audit_deletion set jws = 'a.b.c'",
      `update audit_deletion set jws = '${record.rows[0]!.jws}'`,
      async () => {
        const report = await verifyDatabase(databases.superuserUrl);
        expect(report.faultCount).toBe(1231);
        expect(report.faults[0]).toMatchObject({ kind: 'checkpoint-forged' });
      },
    );
  });

  test('an export knows what was removed as well', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'diga-export-'));
    const file = join(directory, 'ledger.ndjson');
    const lines: string[] = [];
    for await (const event of readDatabase(superuser)) lines.push(JSON.stringify(event));
    await writeFile(file, lines.join('\n'));
    const report = await verifyLedger(readExport(file), { trusted: new Set([key.kid]) });
    expect(report).toMatchObject({ faults: [], retired: 1230 });
    await rm(directory, { recursive: true });
  });

  test('a second part of the month goes later, under a record of its own', async () => {
    const [retired] = await retirePeriods(options(731));
    expect(retired).toMatchObject({ count: 90, kept: 180, removedByClass: { security: 90 } });
    expect(await left()).toEqual({ held: 90, device: 60, paid: 30 });
    await seal();
    expect(await verifyDatabase(databases.superuserUrl)).toMatchObject({
      faults: [],
      retired: 1320,
    });
    expect((await said()).map(({ number }) => number)).toHaveLength(2);
  });

  test('[R-056] ten years are over: only the hold keeps its rows; accounting counts from the end of the year', async () => {
    const [first] = await retirePeriods(options(3_654));
    expect(first).toMatchObject({ count: 60, kept: 120, removedByClass: { access: 60, mdr: 60 } });
    expect(await retirePeriods(options(3_900))).toEqual([]);
    const [second] = await retirePeriods(options(3_653 + 300));
    expect(second).toMatchObject({ count: 30, removedByClass: { access: 30, billing: 30 } });
    expect(await left()).toEqual({ held: 90 });
    const { rows } = await owner.query('select from audit_blinding where first_seq = 0');
    expect(rows).toHaveLength(1);
  });

  test('[R-053] [R-055] a hold is lifted on record; then the rest goes, the key with it, and old proofs stay valid', async () => {
    const [hold] = await activeHolds(owner);
    await liftHold(owner, signer, hold!.id, 'case 17 closed');
    expect(await activeHolds(owner)).toEqual([]);
    await expect(liftHold(owner, signer, hold!.id, 'again')).rejects.toThrow('in force');
    const [retired] = await retirePeriods(options(4_000));
    expect(retired).toMatchObject({ count: 90, kept: 0 });
    expect(await left()).toEqual({});
    await seal();
    const report = await verifyDatabase(databases.superuserUrl);
    expect(report).toMatchObject({ faults: [], retired: 1500 });
    const { rows } = await owner.query('select from audit_blinding where first_seq = 0');
    expect(rows).toHaveLength(0);
    const root = Buffer.from(before.root, 'base64');
    expect(verifyInclusion(before.hash, before.leaf, before.size, proof, root)).toBe(true);
    expect(await retirePeriods(options(4_000))).toEqual([]);
  });

  test('a hold that nobody of the ledger has signed stops retention rather than being passed over', async () => {
    await placeHold(owner, signer, 'case 18', { resource: 'Device/x', from: '2020-01-01' });
    await tampered(
      "update audit_hold set jws = 'a.b.c' where act = 'placed'",
      'truncate audit_hold',
      async () => {
        await expect(activeHolds(owner)).rejects.toThrow('is not signed');
      },
    );
  });
});

describe('the commands', () => {
  const run = async (script: string, ...args: string[]): Promise<string> =>
    (
      await promisify(execFile)(process.execPath, [`scripts/${script}.ts`, ...args], {
        cwd: join(import.meta.dirname, '../../..'),
        env: { ...process.env, ...SETTINGS },
      })
    ).stdout;
  const SETTINGS = {
    DIGA_AUDIT_RETENTION_MDR_DAYS: '5479',
    DIGA_AUDIT_RETENTION_BILLING_TYPES: 'Invoice',
  };

  test('[R-157] the retention document says what is configured', async () => {
    const document = await run('audit-retain', '--classes');
    expect(document).toContain(
      '| security | security events, refusals, failures, what concerns no patient | 730 |',
    );
    expect(document).toMatch(/\| mdr \|.*AdverseEvent, Device.*\| 5479 \|/);
    expect(document).toContain(
      '| billing | create, update, patch, delete of Invoice | 3653 from the end of the calendar year |',
    );
    expect(document).toContain('| legal-hold |');
  }, 30_000);

  test('[R-053] an operator places, lists and lifts a hold', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'diga-hold-'));
    const keys = join(directory, 'keys.json');
    await writeFile(keys, keySet);
    const as = ['--url', databases.urls.clinical.ownerUrl, '--keys', keys];
    const placed = await run('audit-hold', ...as, '--patient', 'p1', '--reference', 'case 19');
    const id = /^([\w-]{36}) placed$/m.exec(placed)![1]!;
    expect(JSON.parse(await run('audit-hold', ...as))).toMatchObject({
      id,
      reference: 'case 19',
      patient: 'p1',
    });
    await run('audit-hold', ...as, '--lift', id, '--reference', 'closed');
    expect(await run('audit-hold', ...as)).toBe('');
    await expect(run('audit-hold', ...as, '--patient', 'p1')).rejects.toThrow('Usage');
    await rm(directory, { recursive: true });
  }, 60_000);
});
