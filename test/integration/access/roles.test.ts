import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.as('full').put('Observation/o', observation('patient-a', { id: 'o' }));
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Every role that ships. */
const SHIPPED = [
  'admin',
  'auditor',
  'break-glass',
  'clinician',
  'integration-partner',
  'patient',
  'related-person',
  'researcher',
  'sponsor',
  'support',
];

/** Types of the administration; everything else an admin could see would be clinical or audit data. */
const ADMINISTRATION = new Set([
  'AccessPolicy',
  'Bot',
  'ClientApplication',
  'Project',
  'ProjectMembership',
  'Subscription',
  'User',
  'UserConfiguration',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'CodeSystem',
  'ConceptMap',
  'SearchParameter',
  'StructureDefinition',
  'ValueSet',
]);

async function searchableTypes(role: 'admin' | 'auditor'): Promise<readonly string[]> {
  const { rest } = (await server.anonymous().get('metadata')).json<{
    rest: { resource: { type: string }[] }[];
  }>();
  const found: string[] = [];
  for (const { type } of rest[0]?.resource ?? []) {
    const { status } = await server.as(role).get(`${type}?_count=1`);
    // Nobody searches Binary.
    const refused = type === 'Binary' ? 405 : 403;
    expect([type, [200, refused].includes(status)]).toEqual([type, true]);
    if (status === 200) found.push(type);
  }
  return found;
}

describe('shipped roles', () => {
  test('[R-035] an admin sees no clinical type', async () => {
    const found = await searchableTypes('admin');
    expect(found.filter((type) => !ADMINISTRATION.has(type))).toEqual([]);
    expect(found).toContain('AccessPolicy');
    expect((await server.as('admin').get('Patient/patient-a')).status).toBe(403);
  }, 60_000);

  test('[R-275] an auditor sees AuditEvents and nothing else', async () => {
    expect(await searchableTypes('auditor')).toEqual(['AuditEvent']);
  }, 60_000);

  test('[R-275] an admin and a clinician see no AuditEvent', async () => {
    for (const role of ['admin', 'clinician'] as const) {
      const answer = await server.as(role).get('AuditEvent');
      expect([role, answer.status, answer.codes()]).toEqual([role, 403, ['ACCESS_DENIED']]);
    }
  });
});

const OTHER = [{ resourceType: 'Questionnaire', interaction: ['read'] }];

describe('changes of policies', () => {
  test('[R-031] hold from the next request on, in both directions', async () => {
    const full = server.as('full');
    const client = server.asProfile('Practitioner/changing');
    const policy = (resource: readonly object[]) =>
      full.put('AccessPolicy/changing', { resourceType: 'AccessPolicy', id: 'changing', resource });
    expect((await policy(OTHER)).status).toBe(201);
    await full.put('Practitioner/changing', { resourceType: 'Practitioner', id: 'changing' });
    await full.put(
      'ProjectMembership/changing',
      membership('changing', 'Practitioner/changing', 'changing'),
    );
    expect((await client.get('Observation/o')).status).toBe(403);
    for (let round = 0; round < 5; round += 1) {
      await policy([{ resourceType: 'Observation', interaction: ['read'] }]);
      expect((await client.get('Observation/o')).status).toBe(200);
      await policy(OTHER);
      expect((await client.get('Observation/o')).status).toBe(403);
    }
    await policy([{ resourceType: 'Observation', interaction: ['read'] }]);
    expect((await client.get('Observation/o')).status).toBe(200);
    await full.delete('ProjectMembership/changing');
    expect((await client.get('Observation/o')).status).toBe(403);
  });

  test.each([
    ['an unknown hidden field', { resourceType: 'Patient', hiddenFields: ['nonsense'] }],
    ['an unknown type', { resourceType: 'Patients' }],
    ['an unknown parameter', { resourceType: 'Patient', criteria: 'Patient?nonsense=1' }],
    ['an unknown modifier', { resourceType: 'Patient', criteria: 'Patient?name:foo=1' }],
    ['a chain', { resourceType: 'Observation', criteria: 'Observation?subject.name=x' }],
    ['a criterion for another type', { resourceType: 'Patient', criteria: 'Observation?code=x' }],
    ['an empty condition', { resourceType: 'Patient', criteria: 'Patient?name=' }],
    ['sessions', { resourceType: 'Login' }],
  ])('a policy with %s cannot be enforced, so it is not stored', async (_name, entry) => {
    const answer = await server
      .as('full')
      .post('AccessPolicy', { resourceType: 'AccessPolicy', resource: [entry] });
    expect([answer.status, answer.codes()]).toEqual([422, ['POLICY_INVALID']]);
  });

  test('the files of access-policies/ are what the server has stored', async () => {
    for (const id of SHIPPED) {
      const file = JSON.parse(
        await readFile(join(import.meta.dirname, `../../../access-policies/${id}.json`), 'utf8'),
      ) as { resource: unknown };
      const stored = await server.as('full').get(`AccessPolicy/${id}`);
      expect(stored.json<{ resource: unknown }>().resource).toEqual(file.resource);
    }
  });
});
