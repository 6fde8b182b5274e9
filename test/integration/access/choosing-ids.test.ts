import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership, observable } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

async function identityWith(id: string, resource: readonly object[]): Promise<FhirClient> {
  const policy = await full.put(`AccessPolicy/${id}`, {
    resourceType: 'AccessPolicy',
    id,
    resource,
  });
  expect(policy.status).toBe(201);
  const profile = `Practitioner/${id}`;
  await full.put(profile, { resourceType: 'Practitioner', id });
  await full.put(`ProjectMembership/${id}`, membership(id, profile, id));
  return server.asProfile(profile);
}

const put = (client: FhirClient, id: string) =>
  client.put(`Patient/${id}`, { resourceType: 'Patient', id });

describe('FHIR R4 http#upsert: an id that is taken by what the caller may not see and a free one look alike', () => {
  test.each([
    [
      'may create anything and update what is theirs',
      'all-own',
      [
        { resourceType: 'Patient', interaction: ['create'] },
        { resourceType: 'Patient', criteria: 'Patient?_id=own', interaction: ['update', 'read'] },
      ],
    ],
    [
      'may create and update one id',
      'one-id',
      [{ resourceType: 'Patient', criteria: 'Patient?_id=own', interaction: ['create', 'update'] }],
    ],
    [
      'may create one id and update by another criterion',
      'mixed',
      [
        {
          resourceType: 'Patient',
          criteria: 'Patient?_id=patient-b,fresh',
          interaction: ['create'],
        },
        { resourceType: 'Patient', criteria: 'Patient?active=false', interaction: ['update'] },
      ],
    ],
  ])('to somebody who %s', async (_title, id, resource) => {
    const client = await identityWith(id, resource);
    const taken = observable(await put(client, 'patient-b'), 'patient-b');
    const free = observable(await put(client, 'fresh'), 'fresh');
    expect(taken).toEqual(free);
    expect((await full.get('Patient/fresh')).status).toBe(404);
  });

  test('who may create and update every resource chooses ids freely', async () => {
    const client = await identityWith('all', [{ resourceType: 'Patient' }]);
    expect((await put(client, 'chosen')).status).toBe(201);
    expect((await client.delete('Patient/chosen')).status).toBe(200);
    expect((await put(client, 'chosen')).status).toBe(201);
  });

  test('who may create and update one id chooses that one', async () => {
    const client = await identityWith('own', [
      { resourceType: 'Patient', criteria: 'Patient?_id=mine', interaction: ['create', 'update'] },
    ]);
    expect((await put(client, 'mine')).status).toBe(201);
  });
});
