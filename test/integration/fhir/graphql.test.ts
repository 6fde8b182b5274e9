import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient, isDataTypeLoaded } from '@medplum/core';
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { getIntrospectionQuery } from 'graphql';
import { tokenOf } from '../../support/identities.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.referentialIntegrity=false'] });
  const full = server.as('full');
  await full.put('Patient/patient-a', {
    resourceType: 'Patient',
    id: 'patient-a',
    active: true,
    name: [{ family: 'Muster', given: ['Erika'] }],
    generalPractitioner: [{ reference: 'Practitioner/doctor' }],
  });
  await full.put('Practitioner/doctor', {
    resourceType: 'Practitioner',
    id: 'doctor',
    name: [{ family: 'Arzt' }],
  });
  for (let n = 0; n < 5; n += 1) {
    await full.put(`Observation/o${String(n)}`, {
      ...observation('patient-a', { valueQuantity: { value: n + 0.5, unit: 'kg' } }),
      id: `o${String(n)}`,
    });
  }
  await full.put('Observation/other', { ...observation('patient-b'), id: 'other' });
}, 120_000);
afterAll(async () => {
  await server.close();
}, 60_000);

const NESTED = `{ Patient(id: "patient-a") { id name { family given }
  generalPractitioner { resource { ... on Practitioner { name { family } } } }
  ObservationList(_reference: subject, _count: 3, _sort: "_id") { id valueQuantity { value } subject { resource { ... on Patient { id } } } } } }`;

describe('FHIR R4 graphql: queries', () => {
  test('a patient with what it refers to and what refers to it, by POST and GET alike', async () => {
    const full = server.as('full');
    const expected = {
      data: {
        Patient: {
          id: 'patient-a',
          name: [{ family: 'Muster', given: ['Erika'] }],
          generalPractitioner: [{ resource: { name: [{ family: 'Arzt' }] } }],
          ObservationList: [0, 1, 2].map((n) => ({
            id: `o${String(n)}`,
            valueQuantity: { value: n + 0.5 },
            subject: { resource: { id: 'patient-a' } },
          })),
        },
      },
    };
    const posted = await full.post('$graphql', { query: NESTED });
    expect(posted.json()).toEqual(expected);
    expect(posted.headers.get('content-type')).toMatch(/^application\/json/);
    const got = await full.get(`$graphql?query=${encodeURIComponent(NESTED)}`);
    expect(got.json()).toEqual(expected);
    const text = await full.send('POST', '$graphql', {
      body: NESTED,
      headers: { 'content-type': 'application/graphql' },
    });
    expect(text.json()).toEqual(expected);
  });

  test('variables, aliases and fragments', async () => {
    const query = `query One($id: String!, $n: Int) { first: Patient(id: $id) { ...part }
      list: ObservationList(subject: "Patient/patient-a", _count: $n) { id } }
      fragment part on Patient { id active }`;
    const answer = await server
      .as('full')
      .post('$graphql', { query, variables: { id: 'patient-a', n: 2 }, operationName: 'One' });
    expect(answer.json()).toMatchObject({ data: { first: { id: 'patient-a', active: true } } });
    expect(answer.json()['data']?.['list']).toHaveLength(2);
  });

  test('a connection counts only what the caller may see', async () => {
    const query =
      '{ ObservationConnection(_count: 2) { count pageSize edges { mode resource { id } } next } }';
    const own = await server.as('patient-a').post('$graphql', { query });
    expect(own.json()['data']?.['ObservationConnection']).toMatchObject({ count: 5, pageSize: 2 });
    const all = await server.as('full').post('$graphql', { query });
    expect(all.json()['data']?.['ObservationConnection']).toMatchObject({ count: 6 });
  });

  test('on an instance, the resource is the root', async () => {
    const answer = await server.as('full').post('Patient/patient-a/$graphql', {
      query: '{ id ObservationList(_reference: patient) { id } }',
    });
    expect(answer.json()).toMatchObject({ data: { id: 'patient-a' } });
    expect(answer.json()['data']?.['ObservationList']).toHaveLength(5);
  });
});

describe('FHIR R4 graphql: access', () => {
  test('[R-121] what the policy hides is not found, not listed, and not behind a reference', async () => {
    const patient = server.as('patient-b');
    const answer = await patient.post('$graphql', {
      query: `{ Patient(id: "patient-a") { id } never: Patient(id: "never-there") { id }
        ObservationList(_count: 50) { id subject { resource { ... on Patient { id } } } } }`,
    });
    const { data, errors } = answer.json<{
      data: { Patient: unknown; never: unknown; ObservationList: { id: string }[] };
      errors: { extensions: { code: string } }[];
    }>();
    expect([data.Patient, data.never]).toEqual([null, null]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([
      'FHIR_NOT_FOUND',
      'FHIR_NOT_FOUND',
    ]);
    expect(data.ObservationList.map(({ id }) => id)).toEqual(['other']);
  });

  test('[R-049] every resource read and every search stands on the ledger, under the one request', async () => {
    const head = await server.auditHead();
    await server.as('full').send('POST', '$graphql', {
      body: { query: NESTED },
      headers: { 'x-request-id': 'graph-1' },
    });
    const rows = await server.audit(head);
    expect(new Set(rows.map(({ request_id }) => request_id))).toEqual(new Set(['graph-1']));
    expect(
      rows.map(({ interaction, type, resource_id, patient }) => [
        interaction,
        type,
        resource_id ?? patient,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['read', 'Patient', 'patient-a'],
        ['read', 'Practitioner', 'doctor'],
        ['search-type', 'Observation', 'patient-a'],
      ]),
    );
    // One loader: the patient is read once, however often it is referred to.
    expect(rows.filter(({ type }) => type === 'Patient')).toHaveLength(1);
  });
});

describe('FHIR R4 graphql: limits', () => {
  const nested = (levels: number): string =>
    levels === 0 ? 'id' : `partOf { resource { ... on Organization { ${nested(levels - 1)} } } }`;

  test('depth is enforced before anything is read', async () => {
    const head = await server.auditHead();
    const answer = await server
      .as('full')
      .post('$graphql', { query: `{ Organization(id: "x") { ${nested(6)} } }` });
    expect([answer.status, answer.codes()]).toEqual([400, ['GRAPHQL_TOO_DEEP']]);
    expect(answer.text).toContain('13 levels; 12 are allowed');
    const rows = await server.audit(head);
    expect(rows.map(({ detail }) => detail)).toEqual(['GRAPHQL_TOO_DEEP']);
  });

  test.each([
    '{ PatientList(_count: 1000) { ObservationList(_reference: subject, _count: 1000) { subject { resource { ... on Patient { id } } } } } }',
    `{ ${Array.from({ length: 30 }, (_, n) => `a${String(n)}: PatientList(_count: 1000) { ObservationList(_reference: subject) { id } }`).join(' ')} }`,
  ])('cost is enforced: %#', async (query) => {
    const answer = await server.as('full').post('$graphql', { query });
    expect([answer.status, answer.codes()]).toEqual([400, ['GRAPHQL_TOO_COSTLY']]);
    expect(answer.text).toContain('10000 are allowed');
  });

  test('fragments that multiply, and fragments within themselves, end at once', async () => {
    const bombs = Array.from(
      { length: 30 },
      (_, n) => `fragment f${String(n)} on Query { ...f${String(n + 1)} ...f${String(n + 1)} }`,
    );
    const bomb = `{ ...f0 } ${bombs.join(' ')} fragment f30 on Query { PatientList { id } }`;
    const start = performance.now();
    const answer = await server.as('full').post('$graphql', { query: bomb });
    expect([answer.status, answer.codes()]).toEqual([400, ['GRAPHQL_TOO_COSTLY']]);
    expect(performance.now() - start).toBeLessThan(2_000);
    const cycle = '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }';
    expect((await server.as('full').post('$graphql', { query: cycle })).codes()).toEqual([
      'GRAPHQL_INVALID',
    ]);
  });

  test.each([
    '{ Patient',
    '{ Patiend(id: "x") { id } }',
    'mutation { x }',
    '',
    '{ __typename } { id }',
  ])('%s is refused without suggestions', async (query) => {
    const answer = await server.as('full').post('$graphql', { query });
    expect([answer.status, answer.codes()]).toEqual([400, ['GRAPHQL_INVALID']]);
    expect(answer.text).not.toContain('Did you mean');
  });
});

describe('FHIR R4 graphql: schema', () => {
  test('introspection answers in full, and needs no rights', async () => {
    const asked = performance.now();
    const answer = await server.as('nobody').post('$graphql', { query: getIntrospectionQuery() });
    const computed = performance.now() - asked;
    const schema = answer.json<{ data: { __schema: { types: { name: string }[] } } }>().data
      .__schema;
    expect(schema.types.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Patient', 'Observation', 'ObservationComponent', 'CodeableConcept']),
    );
    const start = performance.now();
    const again = await server.as('full').post('$graphql', { query: getIntrospectionQuery() });
    expect(again.text).toBe(answer.text);
    // Kept: computing it takes seconds, so that this machine's other work does not matter.
    expect(performance.now() - start).toBeLessThan(computed / 2);
  }, 60_000);

  test('MedplumClient.requestSchema works for every resource type', async () => {
    const medplum = new MedplumClient({ baseUrl: `${server.url}/`, accessToken: tokenOf('full') });
    const metadata = await server.anonymous().get('metadata');
    const { rest } = metadata.json<CapabilityStatement>();
    const types = rest?.[0]?.resource?.map(({ type }) => type) ?? [];
    expect(types.length).toBeGreaterThan(145);
    const missing: string[] = [];
    for (const type of types) {
      await medplum.requestSchema(type);
      if (!isDataTypeLoaded(type)) missing.push(type);
    }
    expect(missing).toEqual([]);
  }, 120_000);
});
