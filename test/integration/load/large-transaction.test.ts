import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Bundle } from '@medplum/fhirtypes';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const ENTRIES = 10_000;
/** Heap that the server has in all, in MiB: it needs half of that when it is idle. */
const HEAP = 160;
/** Bytes that its resident set may have at most. */
const RESIDENT = 450_000_000;

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases, [], [`--max-old-space-size=${String(HEAP)}`]);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
}, 120_000);
afterAll(async () => {
  await server.close();
  await sql.end();
  await databases.drop();
}, 60_000);

/** The largest resident set so far, in bytes. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${String(server.pid())}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** A transaction of a patient and many observations of that patient. */
function bundleOf(tag: string, entries: number): string {
  const patient = {
    fullUrl: 'urn:uuid:p',
    request: { method: 'POST', url: 'Patient' },
    resource: { resourceType: 'Patient', identifier: [{ system: 'urn:tag', value: tag }] },
  };
  const about = { subject: { reference: 'urn:uuid:p' }, performer: undefined };
  const entry = Array.from({ length: entries - 1 }, (_, index) => ({
    fullUrl: `urn:uuid:${String(index)}`,
    request: { method: 'POST', url: 'Observation' },
    resource: {
      ...observation('x', about),
      identifier: [{ system: 'urn:tag', value: tag }],
      effectiveDateTime: new Date(1_700_000_000_000 + index * 60_000).toISOString(),
      valueQuantity: { value: index, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      note: [{ text: 'x'.repeat(600) }],
    },
  }));
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [patient, ...entry],
  });
}

const post = (body: string) => fhirClient(`${server.url}/fhir`, tokenOf('full')).post('', body);
const stored = async (tag: string): Promise<number> => {
  const { rows } = await sql.query<{ count: number }>(
    'select count(*)::int as count from resource_version where content like $1',
    [`%"${tag}"%`],
  );
  return rows[0]?.count ?? -1;
};

test('FHIR R4 http#transaction: killed in the middle of ten thousand entries, nothing of them is there', async () => {
  const body = bundleOf('killed', ENTRIES);
  const sent = post(body).then(
    () => 'answered',
    () => 'broken off',
  );
  // Some of its statements have been done by then: they are seen by nobody, and undone.
  await sleep(1500);
  await server.kill();
  expect(await sent).toBe('broken off');
  await server.start();
  expect(await stored('killed')).toBe(0);
}, 120_000);

test('FHIR R4 http#transaction: ten thousand entries at once, in a heap of 160 MiB', async () => {
  const body = bundleOf('large', ENTRIES);
  const answer = await post(body);
  expect(answer.status).toBe(200);
  expect(answer.json<Bundle>().entry).toHaveLength(ENTRIES);
  expect(await stored('large')).toBe(ENTRIES);
  expect(await peak()).toBeLessThan(RESIDENT);
}, 120_000);
