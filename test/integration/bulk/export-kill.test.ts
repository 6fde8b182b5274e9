import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Resource } from '@medplum/fhirtypes';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';
import { finished, kickOff, linesOf, type Manifest } from './export-client.ts';

/** Observations that are exported. */
const SIZE = 4_000;

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases, ['bulk.linesPerFile=20']);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
  const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
  for (let start = 0; start < SIZE; start += 1_000) {
    const entry = Array.from({ length: 1_000 }, () => ({
      request: { method: 'POST', url: 'Observation' },
      resource: observation('patient-a', { note: [{ text: 'x'.repeat(8_000) }] }),
    }));
    const answer = await full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    if (answer.status !== 200) throw new Error(answer.text);
  }
}, 180_000);
afterAll(async () => {
  await server.close();
  await sql.end();
  await databases.drop();
}, 60_000);

test('Bulk Data 2.0 export: killed in the middle again and again, it is finished with no line missing and none twice', async () => {
  const full = () => fhirClient(`${server.url}/fhir`, tokenOf('full'));
  const status = await kickOff(full(), '$export?_type=Observation');
  let kills = 0;
  for (;;) {
    const before = await files();
    if (kills === 3) break;
    // At least one more file, so that each life of the server has something that must not be lost.
    for (let n = 0; n < 2_000 && (await files()) === before; n += 1) await sleep(2);
    await server.kill();
    kills += 1;
    const { rows } = await sql.query<{ status: string }>('select status from bulk_job');
    if (rows[0]?.status !== 'active') throw new Error('The export ended before it was interrupted');
    // While it is down, resources change: what is exported is the state of the kick-off.
    await server.start();
    const changed = await full().post('Observation', observation('patient-b'));
    expect(changed.status).toBe(201);
  }
  const manifest = (await finished(full(), status)).json<Manifest>();
  const found = await linesOf(full(), manifest.output);
  expect(found).toHaveLength(SIZE);
  expect(new Set(found.map(({ id }) => id)).size).toBe(SIZE);
  expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(SIZE);
  // What was half written is gone.
  const left = await readdir(join(server.directory, 'blobs'), { recursive: true });
  expect(left.filter((name) => name.endsWith('.ndjson'))).toHaveLength(manifest.output.length);

  async function files(): Promise<number> {
    const { rows } = await sql.query<{ n: number }>('select count(*)::int as n from bulk_file');
    return rows[0]?.n ?? 0;
  }
}, 240_000);

test('Bulk Data 2.0 export: the state of the kick-off is exported, whatever changes meanwhile', async () => {
  const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
  const { rows } = await sql.query<{ id: string }>(
    "select r.id from resource r join resource_type t on t.code = r.type where t.name = 'Observation' and not deleted order by r.rid desc limit 2",
  );
  const [changed = '', gone = ''] = rows.map(({ id }) => id);
  const status = await kickOff(full, '$export?_type=Observation');
  await full.put(`Observation/${changed}`, {
    ...observation('patient-a', { status: 'cancelled' }),
    id: changed,
  });
  await full.delete(`Observation/${gone}`);
  await full.post('Observation', observation('patient-a'));
  const manifest = (await finished(full, status)).json<Manifest>();
  const found = await linesOf<{ id: string; status: string }>(full, manifest.output);
  const ids = new Set(found.map(({ id }) => id));
  expect(found).toHaveLength(SIZE + 3);
  expect(ids.size).toBe(SIZE + 3);
  expect(ids).toContain(gone);
  expect(found.find(({ id }) => id === changed)?.status).toBe('final');
}, 120_000);

test('Bulk Data 3.0 organizeOutputBy=Patient: killed again and again, every block is there once and whole', async () => {
  const full = () => fhirClient(`${server.url}/fhir`, tokenOf('full'));
  const patients = Array.from({ length: 40 }, (_, n) => `many-${String(n)}`);
  const note = [{ text: 'x'.repeat(100_000) }];
  for (const id of patients) {
    const resources = [
      { resourceType: 'Patient', id },
      ...Array.from({ length: 20 }, (_, n) => ({
        ...observation(id, { note }),
        id: `${id}-${String(n)}`,
      })),
    ];
    const entry = resources.map((resource) => ({
      request: {
        method: 'PUT',
        url: `${(resource as { resourceType: string }).resourceType}/${resource.id}`,
      },
      resource,
    }));
    const answer = await full().post('', { resourceType: 'Bundle', type: 'transaction', entry });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  const member = patients.map((id) => ({ entity: { reference: `Patient/${id}` } }));
  await full().put('Group/many', {
    resourceType: 'Group',
    id: 'many',
    type: 'person',
    actual: true,
    member,
  });
  const before = await filesWritten();
  const status = await kickOff(
    full(),
    'Group/many/$export?_type=Patient,Observation&organizeOutputBy=Patient',
  );
  for (let kills = 1; kills <= 2; kills += 1) {
    const goal = before + kills;
    for (let n = 0; n < 5_000 && (await filesWritten()) < goal; n += 1) await sleep(2);
    await server.kill();
    const { rows } = await sql.query<{ n: number }>(
      "select count(*)::int as n from bulk_job where status = 'active'",
    );
    expect(rows[0]?.n).toBe(1);
    await server.start();
  }
  const { output } = (await finished(full(), status)).json<Manifest>();
  const blocks = new Map<string, number>();
  for (const { url } of output) {
    const lines = await linesOf<Resource>(full(), [{ url }]);
    expect(lines[0]?.resourceType).toBe('Parameters');
    let owner = '';
    for (const line of lines) {
      if (line.resourceType === 'Parameters') {
        owner = line.parameter?.[0]?.valueReference?.reference ?? '';
        expect(blocks.has(owner)).toBe(false);
        blocks.set(owner, 0);
      } else blocks.set(owner, (blocks.get(owner) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(blocks)).toEqual(
    Object.fromEntries(patients.map((id) => [`Patient/${id}`, 21])),
  );

  async function filesWritten(): Promise<number> {
    const { rows } = await sql.query<{ n: number }>('select count(*)::int as n from bulk_file');
    return rows[0]?.n ?? 0;
  }
}, 240_000);
