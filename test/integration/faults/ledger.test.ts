import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { checkpointKey, newKeySet } from '../../../src/audit/seal/keys.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

/** Kills; `FAULT_ROUNDS=20` for a long run. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 4);
const SEAL = 'audit.sealSeconds=0.1';

describe('the ledger cannot be written', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ settings: [SEAL] });
    await untilSealed(server.sql);
  }, 60_000);
  afterAll(() => server.close(), 30_000);

  const runtime = (): string => new URL(server.databases.urls.clinical.url).username;
  const database = (): string =>
    new URL(server.databases.urls.clinical.url).pathname.replace('/', '');
  const REFUSALS: readonly (readonly [string, () => string, () => string])[] = [
    [
      'the right to insert was taken away',
      () => `revoke insert on audit_event from ${runtime()}`,
      () => `grant insert on audit_event to ${runtime()}`,
    ],
    [
      'the disk is full',
      () =>
        `create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'no space left' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on audit_event for each statement execute function full_disk()`,
      () => 'drop trigger full_disk on audit_event; drop function full_disk()',
    ],
    [
      'the database is read-only',
      () =>
        `alter role ${runtime()} in database ${database()} set default_transaction_read_only = on;
        select pg_terminate_backend(pid) from pg_stat_activity where usename = '${runtime()}'`,
      () =>
        `alter role ${runtime()} in database ${database()} reset default_transaction_read_only;
        select pg_terminate_backend(pid) from pg_stat_activity where usename = '${runtime()}'`,
    ],
  ];

  test.each(REFUSALS)(
    '[R-043] %s: nothing is shown, nothing is stored, and it goes on when that is over',
    async (_name, breakIt, mend) => {
      const full = server.as('full');
      const rows = async (): Promise<unknown> =>
        (await server.sql.query('select count(*) from resource')).rows;
      const before = await rows();
      const head = await server.auditHead();
      await server.sql.query(breakIt());
      try {
        for (const [method, path, body] of [
          ['GET', 'Patient/patient-a', undefined],
          ['GET', 'Patient', undefined],
          ['POST', 'Patient', { resourceType: 'Patient', active: true }],
          ['GET', 'metadata-of-nothing', undefined],
        ] as const) {
          const answer = await full.send(method, path, body === undefined ? {} : { body });
          expect([method, path, answer.status]).toEqual([method, path, expect.any(Number)]);
          if (path !== 'metadata-of-nothing') expect(answer.status).toBeGreaterThanOrEqual(500);
          expect(answer.text).not.toContain('birthDate');
        }
        expect(await rows()).toEqual(before);
        expect(await server.auditHead()).toBe(head);
      } finally {
        await server.sql.query(mend());
      }
      let status = 0;
      for (let turn = 0; turn < 50 && status !== 201; turn += 1) {
        ({ status } = await full.post('Patient', { resourceType: 'Patient' }));
        if (status !== 201) await sleep(100);
      }
      expect(status).toBe(201);
      await untilSealed(server.sql);
      expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
    },
    60_000,
  );

  test('[R-043] the seal cannot be written: requests go on, and health says so once rows wait for a minute', async () => {
    // What the faults before have left in the log is theirs.
    const logged = server.log.length;
    await server.sql.query(`revoke insert on audit_leaves from ${runtime()}`);
    expect((await server.as('full').get('Patient/none')).status).toBe(404);
    await sleep(400);
    const failed = server.log.slice(logged).filter(({ event }) => event === 'audit.seal.failed');
    expect(failed).toHaveLength(1);
    const health = async (): Promise<string> => (await fetch(`${server.url}/health`)).text();
    expect(await health()).toBe('{"status":"pass"}');
    // The newest that waits counts by the time at which the oldest was recorded.
    const oldest = await server.sql.query(
      `select min(seq) as seq from audit_event where seq > (select max(highest_seq) from audit_leaves)`,
    );
    await server.sql.query("set session_replication_role = 'replica'");
    const shift = async (by: string): Promise<void> => {
      await server.sql.query(
        `update audit_event set recorded = recorded + interval '${by}' where seq = $1`,
        [(oldest.rows[0] as { seq: string }).seq],
      );
    };
    await shift('-2 minutes');
    expect(await health()).toBe('{"status":"warn"}');
    await shift('2 minutes');
    await server.sql.query("set session_replication_role = 'origin'");
    await server.sql.query(`grant insert on audit_leaves to ${runtime()}`);
    await untilSealed(server.sql);
    await sleep(200);
    expect(server.log.filter(({ event }) => event === 'audit.seal.again').length).toBeGreaterThan(
      0,
    );
  }, 30_000);
});

describe('[R-209] the clock steps', () => {
  test('back by hours and ahead by days: rows are sealed in the order in which they came, and a notice says so', async () => {
    let offset = 0;
    const server = await startTestServer({
      settings: [SEAL],
      clock: { now: () => Date.now() + offset },
    });
    try {
      for (const hours of [0, -3, 200, -400, 0]) {
        offset = hours * 3_600_000;
        expect((await server.as('full').get('Patient/none')).status).toBe(404);
        await untilSealed(server.sql);
      }
      const report = await verifyDatabase(server.databases.superuserUrl);
      expect(report.sound).toBe(true);
      expect(report.notices.some((notice) => /recorded \d+ s before/.test(notice))).toBe(true);
      expect(report.notices.some((notice) => notice.startsWith('Checkpoint'))).toBe(true);
    } finally {
      await server.close();
    }
  }, 60_000);
});

describe('[R-209] the key is changed', () => {
  test('later checkpoints are signed with the new one, earlier ones stay valid, and both keys are listed', async () => {
    const databases = await createTestDatabases();
    try {
      const first = newKeySet('P-256');
      const second = newKeySet('P-384');
      for (const keys of [first, second]) {
        const server = await startTestServer({ databases, settings: [SEAL, `audit.keys=${keys}`] });
        await server.as('full').get('Patient/none');
        await untilSealed(server.sql);
        if (keys === second) {
          const answer = await server.as('auditor').get('$audit-keys');
          for (const set of [first, second]) expect(answer.text).toContain(checkpointKey(set).kid);
          expect(answer.text).not.toContain('\\"d\\"');
        }
        await server.close();
      }
      const [old, next] = [first, second].map((set) => checkpointKey(set).kid);
      const both = await verifyDatabase(databases.superuserUrl, {
        trusted: new Set([old!, next!]),
      });
      expect(both.sound).toBe(true);
      const onlyNew = await verifyDatabase(databases.superuserUrl, { trusted: new Set([next!]) });
      expect(onlyNew.faults[0]).toMatchObject({ kind: 'checkpoint-forged' });
    } finally {
      await databases.drop();
    }
  }, 90_000);
});

describe('two servers on one database, both killed', () => {
  let databases: TestDatabases;
  let nodes: ServerProcess[] = [];
  let sql: pg.Client;

  beforeAll(async () => {
    databases = await createTestDatabases();
    nodes = [await startServerProcess(databases, [SEAL])];
    nodes.push(await startServerProcess(databases, [SEAL]));
    sql = new pg.Client({ connectionString: databases.superuserUrl });
    await sql.connect();
  }, 120_000);
  afterEach(async () => {
    await sql.query('drop trigger if exists slow on audit_checkpoint');
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await sql.end();
    await databases.drop();
  }, 60_000);

  /** PostgreSQL has to notice first that the connections of the killed server are gone. */
  async function again(node: ServerProcess): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await sleep(turn * 1000);
      if ((await node.start().catch((error: unknown) => error)) === undefined) return;
    }
    throw new Error('The server does not start again');
  }

  /** Reads and writes until the server is gone; what was answered is told. */
  async function load(node: ServerProcess, name: string, answered: string[]): Promise<void> {
    const full = fhirClient(`${node.url}/fhir`, tokenOf('full'));
    const one = async (worker: number): Promise<void> => {
      for (let n = 0; ; n += 1) {
        const id = `${name}-${worker}-${n}`;
        const headers = { 'x-request-id': id };
        const answer =
          n % 3 === 0
            ? await full.post('Patient', { resourceType: 'Patient' }, headers)
            : await full.get('Patient/none', headers);
        if (answer.status === 201 || answer.status === 404) answered.push(id);
      }
    };
    await Promise.allSettled(Array.from({ length: 4 }, (_, worker) => one(worker)));
  }

  test('[R-043] [R-209] what was answered is on record, nothing is sealed twice, and the tree is sound', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const answered: string[] = [];
      const loads = nodes.map((node, index) => load(node, `k${round}-${index}`, answered));
      for (let turn = 0; turn < 300 && answered.length < 60; turn += 1) await sleep(50);
      await sleep(37 * round);
      await Promise.all(nodes.map((node) => node.kill()));
      await Promise.all(loads);
      expect(answered.length).toBeGreaterThan(50);
      const { rows } = await sql.query<{ request_id: string }>(
        'select distinct request_id from audit_event where request_id = any($1)',
        [answered],
      );
      expect(rows).toHaveLength(answered.length);
      // As it stands, with rows that nobody has sealed yet.
      expect((await verifyDatabase(databases.superuserUrl)).faults).toEqual([]);
      for (const node of nodes) await again(node);
    }
    await untilSealed(sql);
    const report = await verifyDatabase(databases.superuserUrl);
    expect(report).toMatchObject({ sound: true, unsealed: 0 });
  }, 180_000);

  test('[R-209] a sealer that is killed between its leaves and its checkpoint leaves nothing half done', async () => {
    await untilSealed(sql);
    await sql.query(`create or replace function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(2); return new; end $$`);
    await sql.query(
      'create trigger slow before insert on audit_checkpoint for each row execute function slow()',
    );
    const size = async (): Promise<unknown> =>
      (await sql.query('select max(first + cardinality(seqs)) from audit_leaves')).rows;
    const before = await size();
    const full = fhirClient(`${nodes[0]!.url}/fhir`, tokenOf('full'));
    expect((await full.get('Patient/none')).status).toBe(404);
    await sleep(700);
    await Promise.all(nodes.map((node) => node.kill()));
    await sql.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%audit_checkpoint%' and pid <> pg_backend_pid()`,
    );
    await sleep(300);
    expect(await size()).toEqual(before);
    await sql.query('drop trigger slow on audit_checkpoint');
    expect((await verifyDatabase(databases.superuserUrl)).sound).toBe(true);
    for (const node of nodes) await again(node);
    await untilSealed(sql);
    expect((await verifyDatabase(databases.superuserUrl)).sound).toBe(true);
  }, 90_000);
});
