import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let a: FhirClient;

const CLINICIAN = { reference: 'Practitioner/clinician' };
const A = { reference: 'Patient/patient-a' };

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  a = server.as('patient-a');
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Each type that patients write, about patient A, with its author. */
const WRITABLE = {
  Observation: (author: object) => observation('patient-a', { performer: [author] }),
  QuestionnaireResponse: (author: object) => ({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    subject: A,
    author,
  }),
  MedicationStatement: (author: object) => ({
    resourceType: 'MedicationStatement',
    status: 'active',
    medicationCodeableConcept: { text: 'x' },
    subject: A,
    informationSource: author,
  }),
  Consent: (author: object) => ({
    resourceType: 'Consent',
    status: 'active',
    scope: { text: 'research' },
    category: [{ text: 'x' }],
    policyRule: { text: 'x' },
    patient: A,
    performer: [author],
  }),
} as const;

describe.each(Object.keys(WRITABLE) as (keyof typeof WRITABLE)[])('a patient and %s', (type) => {
  const by = WRITABLE[type];

  test('[R-031] reads what others have written about them, and cannot change it', async () => {
    const written = await full.post(type, by(CLINICIAN));
    expect(written.status).toBe(201);
    const { id } = written.json<{ id: string }>();
    expect((await a.get(`${type}/${id}`)).status).toBe(200);
    const found = await a.get(`${type}?_id=${id}&_total=accurate`);
    expect(found.json<{ total: number }>().total).toBe(1);
    const overwritten = await a.put(`${type}/${id}`, { ...by(A), id });
    expect(overwritten.status).toBe(404);
    const patched = await a.patch(`${type}/${id}`, [
      { op: 'replace', path: '/status', value: 'entered-in-error' },
    ]);
    expect(patched.status).toBe(404);
    expect((await full.get(`${type}/${id}`)).headers.get('etag')).toBe('W/"1"');
  });

  test('[R-031] writes what they are the author of, and cannot put it into the mouth of another', async () => {
    const own = await a.post(type, by(A));
    expect(own.status).toBe(201);
    const { id } = own.json<{ id: string }>();
    expect((await a.put(`${type}/${id}`, { ...by(A), id, language: 'de' })).status).toBe(200);
    for (const answer of [
      await a.post(type, by(CLINICIAN)),
      await a.put(`${type}/${id}`, { ...by(CLINICIAN), id }),
    ]) {
      expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    }
  });
});

describe('a patient', () => {
  test('sets goals, and changes none: a Goal names no author that could be searched for', async () => {
    const goal = {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text: 'x' },
      subject: A,
    };
    const { id } = (await a.post('Goal', goal)).json<{ id: string }>();
    expect((await a.get(`Goal/${id}`)).status).toBe(200);
    expect((await a.put(`Goal/${id}`, { ...goal, id, language: 'de' })).codes()).toEqual([
      'ACCESS_DENIED',
    ]);
  });

  test('reads the Coverage of their own entitlement and no other', async () => {
    const coverage = (beneficiary: object) => ({
      resourceType: 'Coverage',
      status: 'active',
      beneficiary,
      payor: [{ display: 'x' }],
    });
    const own = (await full.post('Coverage', coverage(A))).json<{ id: string }>();
    await full.post('Coverage', coverage({ reference: 'Patient/patient-b' }));
    expect((await a.get(`Coverage/${own.id}`)).status).toBe(200);
    const found = (await a.get('Coverage')).json<{ entry: { resource: { id: string } }[] }>();
    expect(found.entry.map(({ resource }) => resource.id)).toEqual([own.id]);
    expect((await a.post('Coverage', coverage(A))).status).toBe(403);
  });

  test('sees no Appointment: it would show the other participants', async () => {
    const answer = await a.get('Appointment');
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });
});
