import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../support/fhir-client.ts';
import { untilSealed, verifyDatabase } from '../../support/ledger.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let partition = '';
let bound = '';
beforeAll(async () => {
  server = await startTestServer({ settings: ['audit.sealSeconds=0.1'] });
  const { rows } = await server.sql.query<{ partition: string; bound: string }>(
    `select c.relname as partition, pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c
      where c.oid = (select tableoid from audit_event order by seq desc limit 1)`,
  );
  ({ partition, bound } = rows[0]!);
}, 60_000);
afterAll(() => server.close(), 30_000);

const runtime = (): string => new URL(server.databases.urls.clinical.url).username;
const stored = async (): Promise<unknown> =>
  (await server.sql.query('select count(*) from resource_version')).rows;

/** Where the disk of a partition can be made full: PostgreSQL is on this machine, and the tests may mount. */
function smallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'diga-small-disk-'));
  try {
    chmodSync(directory, 0o755);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0777', 'tmpfs', directory], {
      stdio: 'ignore',
    });
    return directory;
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
}

/** A read, and every kind of write. */
const ASKED: readonly (readonly [string, string, unknown?, Record<string, string>?])[] = [
  ['GET', 'Patient/patient-a'],
  ['POST', 'Patient', { resourceType: 'Patient', active: true }],
  ['PUT', 'Patient/fresh', { resourceType: 'Patient', id: 'fresh' }],
  ['PUT', 'Patient/patient-a', { resourceType: 'Patient', id: 'patient-a', active: true }],
  ['DELETE', 'Patient/lonely'],
  [
    'POST',
    '',
    {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
      ],
    },
  ],
];

async function refusedAll(): Promise<void> {
  const before = await stored();
  const head = await server.auditHead();
  for (const [method, path, body] of ASKED) {
    const answer = await server.as('full').send(method, path, body === undefined ? {} : { body });
    expect([method, path, answer.status, ...answer.codes()]).toEqual([
      method,
      path,
      503,
      'SERVER_AUDIT_UNAVAILABLE',
    ]);
    expect(answer.headers.get('retry-after')).toBe('2');
  }
  expect(await stored()).toEqual(before);
  expect(await server.auditHead()).toBe(head);
}

describe('[R-043] where the ledger cannot be written, writes are refused like reads', () => {
  beforeAll(async () => {
    await server.as('full').put('Patient/lonely', { resourceType: 'Patient', id: 'lonely' });
  });

  test('the right to insert was taken away', async () => {
    await server.sql.query(`revoke insert on audit_event from ${runtime()}`);
    try {
      await refusedAll();
    } finally {
      await server.sql.query(`grant insert on audit_event to ${runtime()}`);
    }
  });

  test('the partition of the month is missing', async () => {
    await server.sql.query(`alter table audit_event detach partition ${partition}`);
    try {
      await refusedAll();
    } finally {
      await server.sql.query(`alter table audit_event attach partition ${partition} ${bound}`);
    }
    await untilSealed(server.sql);
    expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
  });

  test('the database became read-only', async () => {
    const name = new URL(server.databases.urls.clinical.url).pathname.slice(1);
    const role = `alter role ${runtime()} in database ${name}`;
    const reconnect = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${runtime()}'`;
    await server.sql.query(`${role} set default_transaction_read_only = on; ${reconnect}`);
    try {
      await refusedAll();
    } finally {
      await server.sql.query(`${role} reset default_transaction_read_only; ${reconnect}`);
    }
  });

  test('the disk is full, for real', async () => {
    const directory = smallDisk();
    if (directory === undefined) {
      process.stderr.write('SKIPPED: a full disk needs the right to mount a small one\n');
      return;
    }
    const space = `small_${partition}_${String(process.pid)}`;
    const fill = join(directory, 'fill');
    try {
      execFileSync('chown', ['postgres', directory]);
      await server.sql.query(`create tablespace ${space} location '${directory}'`);
      await server.sql.query(`alter table ${partition} set tablespace ${space}`);
      expect(() => {
        writeFileSync(fill, Buffer.alloc(8_000_000));
      }).toThrow('ENOSPC');
      // What is left of the last page takes some more rows.
      const full = server.as('full');
      let last: Answer | undefined;
      for (let turn = 0; turn < 300 && last?.status !== 503; turn += 1) {
        last = await full.get('Patient/none');
      }
      expect(last?.codes()).toEqual(['SERVER_AUDIT_UNAVAILABLE']);
      await refusedAll();
      rmSync(fill);
      expect((await full.get('Patient/patient-a')).status).toBe(200);
      await untilSealed(server.sql);
      expect((await verifyDatabase(server.databases.superuserUrl)).sound).toBe(true);
    } finally {
      rmSync(fill, { force: true });
      await server.sql.query(`alter table ${partition} set tablespace pg_default`);
      await server.sql.query(`drop tablespace if exists ${space}`);
      execFileSync('umount', [directory]);
      rmSync(directory, { recursive: true });
    }
  }, 60_000);
});
