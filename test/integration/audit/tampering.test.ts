import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { CHECKPOINT_TYPE, signStatement } from '../../../src/audit/seal/checkpoint.ts';
import { checkpointKey, newKeySet } from '../../../src/audit/seal/keys.ts';
import { readWitness } from '../../../src/audit/seal/verify/read-witness.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

/** Somebody with all rights, whom no trigger stops. */
let intruder: pg.Client;
let databases: TestDatabases;
let directory: string;
let url: string;
let seqs: readonly string[];
const posted: string[] = [];
const keys = newKeySet();
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    // The first time it is out of order: the job has to come again.
    if (posted.length === 0) response.statusCode = 503;
    posted.push(body);
    response.end();
  });
});

beforeAll(async () => {
  databases = await createTestDatabases();
  directory = await mkdtemp(join(tmpdir(), 'diga-witness-'));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  await writeFile(join(directory, 'keys.json'), keys);
  const server: TestServer = await startTestServer({
    databases,
    settings: [
      'audit.sealSeconds=0.1',
      `audit.keys=${keys}`,
      `audit.witness.directory=${join(directory, 'kept')}`,
      `audit.witness.url=http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/`,
      'audit.witness.everySeconds=1',
    ],
  });
  for (let n = 0; n < 30; n += 1) {
    await server.as('full').get(`Patient/${String(n)}`);
    if (n % 10 === 9) await sleep(300);
  }
  await untilSealed(server.sql);
  for (let turn = 0; turn < 100 && posted.length < 2; turn += 1) await sleep(100);
  await server.close();
  url = databases.superuserUrl;
  intruder = new pg.Client({ connectionString: url });
  await intruder.connect();
  await intruder.query("set session_replication_role = 'replica'");
  // Attempts are made on a copy of what there was.
  for (const table of [
    'audit_event',
    'audit_leaves',
    'audit_checkpoint',
    'audit_node',
    'audit_key',
  ]) {
    await intruder.query(`create table saved_${table} as select * from ${table}`);
  }
  const { rows } = await intruder.query<{ seq: string }>(
    'select seq from audit_event order by seq',
  );
  seqs = rows.map(({ seq }) => seq);
}, 120_000);
beforeEach(async () => {
  for (const table of [
    'audit_event',
    'audit_leaves',
    'audit_checkpoint',
    'audit_node',
    'audit_key',
  ]) {
    await intruder.query(`delete from ${table}`);
    const overriding = table === 'audit_event' ? 'overriding system value' : '';
    await intruder.query(`insert into ${table} ${overriding} select * from saved_${table}`);
  }
});
afterAll(async () => {
  receiver.close();
  await intruder.end();
  await databases.drop();
  await rm(directory, { recursive: true });
}, 60_000);

const trusted = () => new Set([checkpointKey(keys).kid]);
const faults = async (options = {}) => {
  const report = await verifyDatabase(url, { trusted: trusted(), ...options });
  expect(report.sound).toBe(report.faults.length === 0);
  return report.faults.map(({ kind, seq, leaves }) => ({ kind, seq: seq && String(seq), leaves }));
};

describe('[R-209] whoever has all rights in the database cannot change the ledger unnoticed', () => {
  test('nothing was done: nothing is found', async () => {
    const report = await verifyDatabase(url, { trusted: trusted() });
    expect(report).toMatchObject({ sound: true, faults: [], notices: [], unsealed: 0 });
    expect(report.leaves).toBe(seqs.length);
    expect(report.checkpoints).toBeGreaterThan(1);
  });

  test.each([
    ['outcome', 'outcome + 4'],
    ['agent', "'Practitioner/somebody'"],
    ['recorded', "recorded + interval '1 microsecond'"],
    ['network', "'203.0.113.9'"],
    ['query', 'null'],
    ['detail', "coalesce(detail, '') || ' '"],
    ['security_subtype', "'110127'"],
  ])('a changed %s of one row', async (column, value) => {
    await intruder.query(`update audit_event set query = 'x' where seq = $1`, [seqs[5]]);
    await intruder.query(`update audit_event set ${column} = ${value} where seq = $1`, [seqs[7]]);
    const found = await faults();
    expect(found[0]).toMatchObject({ kind: 'row-changed', seq: seqs[5] });
    if (column !== 'query') expect(found[1]).toMatchObject({ kind: 'row-changed', seq: seqs[7] });
  });

  test('a removed row', async () => {
    await intruder.query('delete from audit_event where seq = $1', [seqs[9]]);
    expect(await faults()).toEqual([
      { kind: 'row-removed', seq: seqs[9], leaves: expect.anything() },
    ]);
  });

  test('a row put into a gap', async () => {
    await intruder.query('delete from audit_event where seq = $1', [seqs[9]]);
    await intruder.query(
      `insert into audit_event overriding system value
        select (jsonb_populate_record(e, jsonb_build_object('seq', $2::bigint))).* from audit_event e where seq = $1`,
      [seqs[3], '77'],
    );
    expect(await faults()).toEqual(
      expect.arrayContaining([
        { kind: 'row-inserted', seq: '77', leaves: undefined },
        { kind: 'row-removed', seq: seqs[9], leaves: expect.anything() },
      ]),
    );
  });

  test('two rows that changed places', async () => {
    const swap = `update audit_event set seq = $2 where seq = $1`;
    await intruder.query('alter table audit_event alter column seq drop identity');
    await intruder.query(swap, [seqs[11], '99']);
    await intruder.query(swap, [seqs[12], seqs[11]]);
    await intruder.query(swap, ['99', seqs[12]]);
    await intruder.query(
      'alter table audit_event alter column seq add generated always as identity',
    );
    expect(await faults()).toEqual([
      { kind: 'row-changed', seq: seqs[11], leaves: expect.anything() },
      { kind: 'row-changed', seq: seqs[12], leaves: expect.anything() },
    ]);
  });

  test('a row together with its leaf', async () => {
    await intruder.query('delete from audit_event where seq = $1', [seqs[2]]);
    await intruder.query(
      `update audit_leaves set seqs = array_remove(seqs, $1::bigint),
        hashes = substring(hashes from 1 for 64) || substring(hashes from 97) where first = 0`,
      [seqs[2]],
    );
    const kinds = (await faults()).map(({ kind }) => kind);
    expect(kinds).toContain('leaves-out-of-order');
    expect(kinds).toContain('checkpoint-beyond');
  });

  test('leaves that changed places, their rows right', async () => {
    await intruder.query(
      `update audit_leaves set seqs = array[seqs[2], seqs[1]] || seqs[3:],
        hashes = substring(hashes from 33 for 32) || substring(hashes from 1 for 32) || substring(hashes from 65)
        where first = 0`,
    );
    expect((await faults()).map(({ kind }) => kind)).toContain('root-differs');
  });

  test('the end of the ledger cut off, checkpoints and all: only a witness knows', async () => {
    const { rows } = await intruder.query<{ first: string; high: string }>(
      'select first, low_seq as high from audit_leaves order by first desc limit 1',
    );
    await intruder.query('delete from audit_event where seq >= $1', [rows[0]!.high]);
    await intruder.query('delete from audit_leaves where first >= $1', [rows[0]!.first]);
    await intruder.query('delete from audit_checkpoint where size > $1', [rows[0]!.first]);
    expect(await faults()).toEqual([]);
    const [copy] = (await readWitness(join(directory, 'kept'))).slice(-1);
    const later = signStatement(
      CHECKPOINT_TYPE,
      { origin: 'x', size: seqs.length, root: 'x', time: '2026-11-22T00:00:00Z' },
      checkpointKey(keys),
    );
    expect(
      await faults({ witness: [copy, { size: seqs.length, jws: later, name: 'later' }] }),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'witness-beyond' })]));
  });

  test('checkpoints taken away', async () => {
    await intruder.query('delete from audit_checkpoint');
    expect(await faults()).toEqual([
      { kind: 'unsealed-tail', seq: undefined, leaves: [0, seqs.length] },
    ]);
  });

  test('a ledger written anew with a key of their own', async () => {
    const own = checkpointKey(newKeySet());
    await intruder.query('insert into audit_key (kid, jwk) values ($1, $2)', [
      own.kid,
      own.publicJwk,
    ]);
    const { rows } = await intruder.query<{ size: string; jws: string }>(
      'select * from audit_checkpoint',
    );
    for (const { size, jws } of rows) {
      const said = JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as object;
      const forged = signStatement(CHECKPOINT_TYPE, said, own);
      await intruder.query('update audit_checkpoint set jws = $2 where size = $1', [size, forged]);
    }
    const found = await faults();
    expect(found).toHaveLength(rows.length + 1);
    expect(found[0]!.kind).toBe('checkpoint-forged');
  });

  test('a stored inner node', async () => {
    await intruder.query("insert into audit_node values (8, 0, sha256('x'))");
    expect(await faults()).toEqual([{ kind: 'node-differs', seq: undefined, leaves: [0, 256] }]);
  });
});

describe('[R-209] a witness outside', () => {
  test('was sent the newest checkpoint, in spite of a first failure, and has it on its disk', async () => {
    const { rows } = await intruder.query<{ jws: string }>('select jws from audit_checkpoint');
    const signed = new Set(rows.map(({ jws }) => jws));
    expect(posted.length).toBeGreaterThan(1);
    for (const body of posted) expect(signed).toContain(body);
    const kept = await readdir(join(directory, 'kept'));
    expect(kept.length).toBeGreaterThan(0);
    const text = await readFile(join(directory, 'kept', kept[0]!), 'utf8');
    expect(signed).toContain(text.trim());
  });

  test('shows that a ledger was written anew with the right key', async () => {
    const witness = await readWitness(join(directory, 'kept'));
    const report = await verifyDatabase(url, { trusted: trusted(), witness });
    expect(report).toMatchObject({ sound: true, witnessed: witness.length });
    await intruder.query(
      `update audit_leaves set hashes = sha256('x') || substring(hashes from 33) where first = 0`,
    );
    const found = await faults({ witness });
    expect(found.map(({ kind }) => kind)).toContain('witness-differs');
  });
});

describe('the commands', () => {
  const run = promisify(execFile);
  const script = (name: string, ...rest: string[]) =>
    run(process.execPath, ['--no-warnings', join('scripts', `${name}.ts`), ...rest]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: unknown) => {
        const { code, stdout: said } = error as { code: number; stdout: string };
        return { code, stdout: said };
      },
    );

  test('[R-209] an export is verified without the database, and one changed letter in it is found', async () => {
    const file = join(directory, 'ledger.ndjson');
    expect((await script('audit-export', '--url', url, '--out', file)).code).toBe(0);
    const trust = ['--trust', join(directory, 'keys.json')];
    const right = await script('audit-verify', '--export', file, ...trust, '--json');
    expect(right.code).toBe(0);
    expect(JSON.parse(right.stdout)).toMatchObject({ sound: true, leaves: seqs.length });
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('ClientApplication/full', 'ClientApplication/fall'));
    const wrong = await script('audit-verify', '--export', file, ...trust);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/NOT sound: 1 fault\.[^]*row-changed row \d+ leaf \d+/);
    await writeFile(file, 'nothing\n');
    expect((await script('audit-verify', '--export', file)).code).toBe(2);
  }, 60_000);

  test('[R-209] a database is verified by its URL, with a thumbprint of the key', async () => {
    const { kid } = checkpointKey(keys);
    expect((await script('audit-verify', '--url', url, '--trust', kid)).code).toBe(0);
    const other = checkpointKey(newKeySet()).kid;
    expect((await script('audit-verify', '--url', url, '--trust', other)).code).toBe(1);
  }, 60_000);
});
