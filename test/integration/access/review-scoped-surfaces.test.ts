import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
/** Somebody who may do everything, by an app that may read observations. */
let app: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Patient/patient-a', { resourceType: 'Patient', id: 'patient-a' });
  await full.put('Observation/o', observation('patient-a', { id: 'o' }));
  await full.put('Practitioner/everything', { resourceType: 'Practitioner', id: 'everything' });
  await full.put('AccessPolicy/everything', {
    resourceType: 'AccessPolicy',
    id: 'everything',
    extension: ['execute', 'export', 'import', 'deploy', 'expunge', 'runs', 'everything'].map(
      (valueCode) => ({
        url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation',
        valueCode,
      }),
    ),
    resource: [{ resourceType: '*' }],
  });
  await full.put('ProjectMembership/everything', {
    resourceType: 'ProjectMembership',
    id: 'everything',
    project: { reference: 'Project/test' },
    user: { reference: 'User/everything' },
    profile: { reference: 'Practitioner/everything' },
    accessPolicy: { reference: 'AccessPolicy/everything' },
  });
  await full.put('Bot/b', { resourceType: 'Bot', id: 'b', name: 'b' });
  app = server.asProfile('Practitioner/everything', 'openid user/Observation.rs');
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('SMART App Launch 2.2: a narrow token of somebody who may do everything', () => {
  test('[R-031] reads by GraphQL what its scope covers, follows no reference out of it, and sees no types beside', async () => {
    const query =
      '{ ObservationList { id subject { reference resource { ... on Patient { id active } } } } PatientList { id } }';
    const answer = await app.post('$graphql', { query });
    const text = JSON.stringify(answer.json());
    expect(text).not.toMatch(/"active":/);
    expect(text).not.toMatch(/"PatientList":\[\{/);
    const own = await app.post('$graphql', { query: '{ ObservationList { id } }' });
    expect(JSON.stringify(own.json())).toContain('"o"');
  });

  test.each([
    ['POST', 'Bot/b/$deploy'],
    ['POST', 'Bot/b/$execute'],
    ['GET', '$export'],
    ['POST', '$import'],
    ['POST', 'Observation/o/$expunge'],
    ['GET', 'Patient/patient-a/$everything'],
    ['GET', 'Patient/patient-a'],
    ['GET', 'Patient/patient-a/Observation'],
    ['GET', 'Observation?_include=Observation:subject'],
    ['GET', 'Observation?patient.active=true'],
    ['GET', 'Observation/_history?_count=1'],
    ['GET', '_history'],
    ['GET', 'ProjectMembership'],
    ['GET', 'AuditEvent'],
    ['POST', 'Subscription'],
  ])('[R-031] %s %s tells nothing but observations', async (method, path) => {
    const body =
      path === 'Subscription'
        ? { resourceType: 'Subscription', status: 'active', criteria: 'Patient', reason: 'x' }
        : { resourceType: 'Parameters' };
    const answer = method === 'GET' ? await app.get(path) : await app.post(path, body);
    if (answer.status >= 400) {
      expect([400, 401, 403, 404]).toContain(answer.status);
      return;
    }
    const { entry = [] } = answer.json<{
      entry?: { resource?: { resourceType: string } }[];
    }>();
    const types = new Set(entry.map(({ resource }) => resource?.resourceType));
    types.delete('OperationOutcome');
    expect([...types].filter((type) => type !== 'Observation')).toEqual([]);
    expect(answer.status).toBe(200);
  });
});
