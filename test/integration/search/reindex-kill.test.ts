import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import pg from 'pg';
import { type FhirClient, fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const RESOURCES = 3_000;
const IN_A_BUNDLE = 500;

let databases: TestDatabases;
let server: ServerProcess;
let sql: pg.Client;
let full: FhirClient;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases, ['search.settleSeconds=0']);
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
  full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
}, 60_000);
afterAll(async () => {
  await sql.end();
  await server.close();
  await databases.drop();
}, 30_000);

interface Progress {
  readonly done: number;
  readonly finished: boolean;
}

async function progress(): Promise<Progress | undefined> {
  const { rows } = await sql.query<Progress>(
    'select done::integer as done, finished_at is not null as finished from reindex_job',
  );
  return rows[0];
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 6_000; attempt += 1) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('It did not happen in time');
}

test('a server killed while it indexes goes on where it was; nothing is missing, nothing is answered before', async () => {
  for (let start = 0; start < RESOURCES; start += IN_A_BUNDLE) {
    const entry = Array.from({ length: IN_A_BUNDLE }, (_, n) => ({
      resource: {
        resourceType: 'Basic',
        code: { text: 'x' },
        extension: [{ url: 'urn:number', valueString: `n${String(start + n)}` }],
      },
      request: { method: 'POST', url: 'Basic' },
    }));
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
    expect((await full.post('', bundle)).status).toBe(200);
  }
  const created = await full.post('SearchParameter', {
    resourceType: 'SearchParameter',
    url: 'https://example.org/SearchParameter/number',
    name: 'number',
    description: 'number',
    status: 'active',
    code: 'number',
    base: ['Basic'],
    type: 'string',
    expression: "Basic.extension('urn:number').value.ofType(string)",
  });
  expect(created.status).toBe(201);
  await until(async () => {
    const now = await progress();
    return now !== undefined && now.done > 0 ? now : undefined;
  });
  await server.kill();
  const killed = await progress();
  expect(killed?.finished).toBe(false);
  expect(killed?.done).toBeLessThan(RESOURCES);

  await server.start();
  const answer = await until(async () => {
    const found = await full.get('Basic?number=n&_summary=count');
    if (found.status === 200) return found;
    expect(found.text).toContain('is being indexed');
    return undefined;
  });
  expect(answer.json<Bundle>().total).toBe(RESOURCES);
  expect(await progress()).toEqual({ done: RESOURCES, finished: true });
  const one = await full.get('Basic?number:exact=n2999');
  expect(one.json<Bundle>().entry).toHaveLength(1);
}, 120_000);
