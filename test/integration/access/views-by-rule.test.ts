import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const RELATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation';
const MASK = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-mask';
const DOCTOR = 'Practitioner/doctor';

let server: TestServer;
let full: FhirClient;
let doctor: FhirClient;

const patient = (id: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  id,
  name: [{ family: `Name-of-${id}` }],
  birthDate: '1970-05-01',
  gender: 'female',
  ...more,
});

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  await full.put('AccessPolicy/by-rule', {
    resourceType: 'AccessPolicy',
    id: 'by-rule',
    extension: [
      {
        url: RELATION,
        extension: [
          { url: 'name', valueCode: 'treated' },
          { url: 'criteria', valueString: 'CareTeam?participant=%profile&status=active' },
          { url: 'patient', valueCode: 'patient' },
        ],
      },
    ],
    resource: [
      // All patients: neither name nor birth date. Inactive ones: the year. Those in their care: everything.
      { resourceType: 'Patient', hiddenFields: ['name', 'birthDate'] },
      {
        extension: [
          {
            url: MASK,
            extension: [
              { url: 'path', valueString: 'birthDate' },
              { url: 'kind', valueCode: 'year' },
            ],
          },
        ],
        resourceType: 'Patient',
        criteria: 'Patient?active=false',
      },
      { resourceType: 'Patient', criteria: 'Patient?_id=%treated' },
    ],
  });
  await full.put(DOCTOR, { resourceType: 'Practitioner', id: 'doctor' });
  await full.put('ProjectMembership/doctor', membership('doctor', DOCTOR, 'by-rule'));
  doctor = server.asProfile(DOCTOR);
  await full.put('Patient/other', patient('other'));
  await full.put('Patient/inactive', patient('inactive', { active: false }));
  await full.put('Patient/mine', patient('mine'));
  await full.put('CareTeam/team', {
    resourceType: 'CareTeam',
    id: 'team',
    status: 'active',
    subject: { reference: 'Patient/mine' },
    participant: [{ member: { reference: DOCTOR } }],
  });
}, 90_000);
afterAll(() => server.close(), 30_000);

const EXPECTED: Readonly<Record<string, object>> = {
  other: { name: undefined, birthDate: undefined },
  inactive: { name: 'Name-of-inactive', birthDate: '1970' },
  mine: { name: 'Name-of-mine', birthDate: '1970-05-01' },
};

const seenOf = (resource: Patient | undefined) => ({
  name: resource?.name?.[0]?.family,
  birthDate: resource?.birthDate,
});

const foundBy = async (path: string): Promise<Readonly<Record<string, object>>> => {
  const { entry = [] } = (await doctor.get(path)).json<Bundle<Patient>>();
  return Object.fromEntries(
    entry
      .filter(({ resource }) => (resource?.id ?? '') in EXPECTED)
      .map(({ resource }) => [resource?.id ?? '', seenOf(resource)] as const),
  );
};

describe('[R-038] of several rules, those that hold for a resource decide what is shown of it', () => {
  test('in a read, a search, a history, a version and GraphQL alike', async () => {
    for (const [id, expected] of Object.entries(EXPECTED)) {
      const read = await doctor.get(`Patient/${id}`);
      expect(seenOf(read.json<Patient>())).toEqual(expected);
      const vid = read.json<Patient>().meta?.versionId ?? '';
      const version = await doctor.get(`Patient/${id}/_history/${vid}`);
      expect(seenOf(version.json<Patient>())).toEqual(expected);
      const query = `{ Patient(id: "${id}") { birthDate name { family } } }`;
      const graph = await doctor.get(`$graphql?query=${encodeURIComponent(query)}`);
      const { Patient: found } = graph.json<{ data: { Patient: Record<string, unknown> } }>().data;
      // GraphQL says null of what is not there.
      const given = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
      expect(seenOf(given as unknown as Patient)).toEqual(expected);
    }
    expect(await foundBy('Patient')).toEqual(EXPECTED);
    expect(await foundBy('Patient/_history')).toEqual(EXPECTED);
  });

  test('at once: what the end of a relation takes away is gone in the next answer', async () => {
    await full.put('Patient/for-now', patient('for-now'));
    const team = (status: string) => ({
      resourceType: 'CareTeam',
      id: 'for-now',
      status,
      subject: { reference: 'Patient/for-now' },
      participant: [{ member: { reference: DOCTOR } }],
    });
    await full.put('CareTeam/for-now', team('active'));
    expect((await doctor.get('Patient/for-now')).text).toContain('Name-of-for-now');
    await full.put('CareTeam/for-now', team('inactive'));
    expect((await doctor.get('Patient/for-now')).text).not.toContain('Name-of-for-now');
  });
});
