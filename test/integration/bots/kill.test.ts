import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type FhirClient, fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';
import { deployBot } from './deployed-server.ts';

jest.setTimeout(120_000);

/** Says that it has begun, and ends when there is a resource that lets it. */
const WAITS = (name: string): string => `
  await medplum.createResource({ resourceType: 'Basic', code: { text: '${name} begun' } });
  for (;;) {
    const go = await medplum.searchResources('Organization', { name: 'go-${name}' });
    if (go.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await medplum.createResource({ resourceType: 'Basic', code: { text: '${name} done' } });
  return 'finished';`;
const POLICY = [
  { resourceType: 'Basic', interaction: ['create'] },
  { resourceType: 'Organization' },
];

let databases: TestDatabases;
let server: ServerProcess;
let full: FhirClient;
let sql: pg.Client;

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await startServerProcess(databases);
  full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
  sql = new pg.Client({ connectionString: databases.superuserUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await server.close();
  await databases.drop();
});

async function made(text: string, count: number): Promise<number> {
  for (let wait = 0; ; wait += 1) {
    const { entry = [] } = (await full.get('Basic?_count=100')).json<Bundle>();
    const found = entry.filter(
      ({ resource }) => (resource as { code: { text?: string } }).code.text === text,
    ).length;
    if (found >= count || wait > 400) return found;
    await pause(50);
  }
}

describe('a server that is killed while a bot runs', () => {
  test('does a run that answers later again, and its process is gone', async () => {
    const as = { as: () => full };
    await deployBot(as, 'later', WAITS('later'), { timeout: 60 }, POLICY);
    const started = await full.post('Bot/later/$execute', {}, { prefer: 'respond-async' });
    const status = started.headers.get('content-location') ?? '';
    expect(await made('later begun', 1)).toBe(1);
    await server.kill();
    await server.start();
    expect(await made('later begun', 2)).toBe(2);
    expect((await full.get(status)).status).toBe(202);
    await full.post('Organization', { resourceType: 'Organization', name: 'go-later' });
    expect(await made('later done', 1)).toBe(1);
    let answer = await full.get(status);
    for (let wait = 0; wait < 100 && answer.status === 202; wait += 1) {
      await pause(50);
      answer = await full.get(status);
    }
    expect(answer.json()).toMatchObject({
      status: 'completed',
      output: { parameter: [{ name: 'responseBody', valueString: 'finished' }] },
    });
    // The process of the killed server did not go on beside the new one.
    expect(await made('later done', 2)).toBe(1);
  });

  test('does a scheduled run again', async () => {
    const schedule = { timeout: 60, cronString: '0 0 1 1 *' };
    await deployBot({ as: () => full }, 'yearly', WAITS('yearly'), schedule, POLICY);
    await sql.query(
      "insert into bot_schedule values ('yearly', '0 0 1 1 *', now() - interval '1 minute')",
    );
    await server.kill();
    await sql.query(
      "update diga_job_schedule set next_at = date_trunc('second', now()) where name = 'bot/tick'",
    );
    await server.start();
    expect(await made('yearly begun', 1)).toBe(1);
    await server.kill();
    await server.start();
    expect(await made('yearly begun', 2)).toBe(2);
    await full.post('Organization', { resourceType: 'Organization', name: 'go-yearly' });
    expect(await made('yearly done', 1)).toBe(1);
    const { entry } = (await full.get('Bot/yearly/$runs')).json<Bundle>();
    expect(entry).toMatchObject([{ resource: { outcome: '0', subtype: [{ code: 'schedule' }] } }]);
  });
});
