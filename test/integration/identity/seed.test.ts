import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let server: TestServer | undefined;

beforeAll(async () => {
  databases = await createTestDatabases();
}, 60_000);
afterAll(async () => {
  await server?.close();
  await databases.drop();
}, 30_000);

async function start(): Promise<TestServer> {
  await server?.close();
  server = await startTestServer({ databases });
  return server;
}

const kept = ({ log }: TestServer): unknown[] =>
  log.filter(({ event }) => event === 'seed.kept').map(({ reference }) => reference);
const OWN = {
  resourceType: 'AccessPolicy',
  id: 'auditor',
  resource: [{ resourceType: 'Questionnaire', interaction: ['read'] }],
};

describe('what ships with the product', () => {
  test('never overwrites a resource of the same id that was there before', async () => {
    const first = await start();
    await first.as('full').put('AccessPolicy/auditor', OWN);
    await first.sql.query(`delete from seeded_resource where reference = 'AccessPolicy/auditor'`);
    for (let round = 0; round < 2; round += 1) {
      const next = await start();
      expect(kept(next)).toEqual(['AccessPolicy/auditor']);
      const stored = await next.as('full').get('AccessPolicy/auditor');
      expect(stored.json()).toMatchObject(OWN);
    }
  }, 60_000);

  test('takes what an interrupted start has left behind for its own', async () => {
    const first = await start();
    await first.sql.query(`delete from seeded_resource where reference = 'AccessPolicy/patient'`);
    const next = await start();
    expect(kept(next)).not.toContain('AccessPolicy/patient');
    const { rows } = await next.sql.query<{ version: number }>(
      `select version from seeded_resource where reference = 'AccessPolicy/patient'`,
    );
    expect(rows).toEqual([{ version: 1 }]);
  }, 60_000);
});
