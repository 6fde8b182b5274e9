import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';
import { failures, imported, ndjson, upload } from './import-client.ts';

/** Observations that are imported; every third has no id of its own. */
const SIZE = 12_000;

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases, ['fhir.referentialIntegrity=true']);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
}, 120_000);
afterAll(async () => {
  await server.close();
  await sql.end();
  await databases.drop();
}, 60_000);

test('$import: killed in the middle again and again, it is finished with no resource missing, none twice, and each on the ledger once', async () => {
  const full = () => fhirClient(`${server.url}/fhir`, tokenOf('full'));
  const lines = Array.from({ length: SIZE }, (_, n) => ({
    ...observation('arrives-last', { note: [{ text: `line ${String(n)}` }] }),
    ...(n % 3 === 0 ? {} : { id: `o-${String(n)}` }),
    ...(n % 1_000 === 0 ? { status: 'wrong' } : {}),
  }));
  // All wait for the patient, so that the kills meet both phases.
  const body = ndjson([...lines, { resourceType: 'Patient', id: 'arrives-last' }]);
  const kickOff = await upload(full(), body);
  expect(kickOff.status).toBe(202);
  const phases = new Set<string>();
  for (let kills = 0; kills < 4; kills += 1) {
    const before = await position();
    for (let n = 0; n < 4_000 && (await position()).text === before.text; n += 1) await sleep(2);
    await server.kill();
    const { status, phase } = await position();
    if (status !== 'active') throw new Error('The import ended before it was interrupted');
    phases.add(phase);
    await server.start();
    if (kills === 1) await until('retry');
  }
  expect([...phases]).toContain('retry');
  const manifest = await imported(full(), kickOff);
  const wrong = SIZE / 1_000;
  expect(manifest.extension).toEqual({
    lines: SIZE + 1,
    created: SIZE + 1 - wrong,
    updated: 0,
    unchanged: 0,
    failed: wrong,
  });
  expect(await failures(full(), manifest)).toEqual(
    Array.from({ length: wrong }, (_, n) => [n * 1_000 + 1, 'FHIR_INVALID_RESOURCE']),
  );
  const { rows } = await sql.query<{ note: string; version: number }>(
    `select v.content::jsonb #>> '{note,0,text}' as note, r.version from resource r
      join resource_type t on t.code = r.type
      join resource_version v on v.rid = r.rid and v.version = r.version
      where t.name = 'Observation' and not r.deleted`,
  );
  expect(rows).toHaveLength(SIZE - wrong);
  expect(new Set(rows.map(({ note }) => note)).size).toBe(SIZE - wrong);
  expect(rows.every(({ version }) => version === 1)).toBe(true);
  const ledger = await sql.query<{ n: number }>(
    "select count(*)::int as n from audit_event where interaction = 'create' and outcome = 0 and patient = 'arrives-last'",
  );
  expect(ledger.rows[0]?.n).toBe(SIZE + 1 - wrong);
  // Neither the input nor anything half written is left: one file, with what failed.
  const left = await readdir(join(server.directory, 'blobs'), { recursive: true });
  expect(left.filter((name) => name.endsWith('.ndjson'))).toHaveLength(1);

  async function position(): Promise<{ text: string; phase: string; status: string }> {
    const { rows: found } = await sql.query<{ text: string; phase: string; status: string }>(
      "select position::text as text, position->>'phase' as phase, status from bulk_job",
    );
    return found[0] ?? { text: '', phase: '', status: '' };
  }

  async function until(phase: string): Promise<void> {
    for (let n = 0; n < 10_000 && (await position()).phase !== phase; n += 1) await sleep(2);
  }
}, 240_000);

test('$import: an upload that breaks off leaves no job and no blob', async () => {
  const url = new URL(`${server.url}/fhir/$import`);
  const { request } = await import('node:http');
  const outgoing = request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokenOf('full')}`,
      prefer: 'respond-async',
      'content-type': 'application/fhir+ndjson',
      'content-length': '100000',
    },
  });
  outgoing.on('error', () => undefined);
  outgoing.write(ndjson([{ resourceType: 'Patient', id: 'half' }]));
  await sleep(300);
  outgoing.destroy();
  await sleep(500);
  const { rows } = await sql.query("select 1 from bulk_job where status = 'active'");
  expect(rows).toHaveLength(0);
  const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
  expect((await full.get('Patient/half')).status).toBe(404);
  const left = await readdir(join(server.directory, 'blobs'), { recursive: true });
  expect(left.filter((name) => name.endsWith('.ndjson'))).toHaveLength(1);
}, 30_000);
