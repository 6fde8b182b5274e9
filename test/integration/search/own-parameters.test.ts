import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { grant } from '../../support/grant.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const DOCTOR = 'Practitioner/doctor';
const SEARCH = `CareTeam?participant-always=${DOCTOR}`;

let databases: TestDatabases;
let server: TestServer;

const start = (): Promise<TestServer> =>
  startTestServer({ databases, settings: ['search.settleSeconds=0'] });

beforeAll(async () => {
  databases = await createTestDatabases();
  server = await start();
}, 60_000);
afterAll(async () => {
  await server.close();
  await databases.drop();
}, 30_000);

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await holds()); attempt += 1) {
    expect(attempt).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const reads = async (): Promise<boolean> =>
  (await server.asProfile(DOCTOR).get('Observation/seen')).status === 200;

test('[R-033] parameters that a release adds are indexed at its first start; until then policies that need them allow nothing', async () => {
  // A new database holds nothing that would have to be indexed.
  expect((await server.sql.query('select from reindex_job')).rowCount).toBe(0);
  await grant(server, DOCTOR, { clinician: {} });
  const full = server.as('full');
  await full.put('Observation/seen', observation('patient-a', { id: 'seen' }));
  await full.put('CareTeam/team', {
    resourceType: 'CareTeam',
    id: 'team',
    status: 'active',
    subject: { reference: 'Patient/patient-a' },
    participant: [{ member: { reference: DOCTOR } }],
  });
  expect(await reads()).toBe(true);

  // As an earlier release has left it: nothing is known of its parameters, and the index does not have them.
  const ofTeams = `type = (select code from resource_type where name = 'CareTeam')`;
  await server.sql.query(`delete from server_setting where name = 'own-search-parameters'`);
  await server.sql.query(`update resource set tokens = '{}', params = '{}' where ${ofTeams}`);
  await server.close();
  server = await start();
  await until(reads);
  const found = await server.as('full').get(SEARCH);
  expect([found.status, found.text.includes('"team"')]).toEqual([200, true]);

  // Held up on the way, nobody is answered by half an index.
  await server.sql.query(`delete from server_setting where name = 'own-search-parameters'`);
  await server.sql.query('begin');
  await server.sql.query(`select from resource where ${ofTeams} for update`);
  const first = server;
  server = await start();
  const early = await server.as('full').get(SEARCH);
  expect([early.status, early.codes()]).toEqual([400, ['SEARCH_PARAMETER_INDEXING']]);
  expect(await reads()).toBe(false);
  const events = server.log.map(({ event }) => event);
  expect(events).toEqual(expect.arrayContaining(['search-parameter.indexing', 'policy.invalid']));
  await first.sql.query('commit');
  await first.close();
  await until(reads);
  expect((await server.as('full').get(SEARCH)).status).toBe(200);
  const again = server;
  await again.close();
  server = await start();
  expect(await reads()).toBe(true);
}, 120_000);
