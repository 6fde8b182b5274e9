import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../../../test/support/fhir-client.ts';
import { grant } from '../../../../test/support/grant.ts';
import {
  counts,
  evaluation,
  measure,
  opened,
  type Report,
  type ResearchServer,
  startResearch,
  store,
  studySponsor,
} from './research-server.ts';

const ALL = 'Observation?code=weight&date=ge{{%periodStart}}&date=le{{%periodEnd}}';

let server: ResearchServer;
let full: FhirClient;
let sponsor: FhirClient;

beforeAll(async () => {
  server = await startResearch('rounding=1', 'queriesPerDay=100');
  full = server.as('full');
  const people = { gender: 'female', code: 'weight', date: '2026-08-10', value: 70 };
  await store(full, 'in', { ...people, count: 20 });
  await store(full, 'out', { ...people, count: 20, code: 'other' });
  const members = Array.from({ length: 20 }, (_, n) => `Patient/in-${String(n)}`);
  await put('Group/study', {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    member: members.map((reference) => ({ entity: { reference } })),
  });
  for (const reference of members) await consent(reference);
  sponsor = await studySponsor(server, 'study-sponsor', 'Group/study');
}, 60_000);
afterAll(() => server.close(), 30_000);

async function put(path: string, resource: object): Promise<void> {
  const answer = await full.put(path, { ...resource, id: path.split('/')[1] });
  if (answer.status > 201) throw new Error(answer.text);
}

async function consent(reference: string, status = 'active'): Promise<void> {
  await put(`Consent/c-${reference.split('/')[1] ?? ''}`, {
    resourceType: 'Consent',
    status,
    scope: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference },
    policyRule: { coding: [{ code: 'x' }] },
    provision: { type: 'permit' },
  });
}

async function total(client: FhirClient, id: string): Promise<unknown> {
  const answer = await client.get(evaluation(id));
  return answer.status === 200 ? counts(answer.json<Report>())['total'] : answer.codes()[0];
}

describe('[R-034] whom an aggregate counts', () => {
  test('somebody whom a resource names, without being about them, is not counted and not measured', async () => {
    const kg = { unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' };
    for (let n = 0; n < 12; n += 1)
      await put(`Observation/by-${String(n)}`, {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: 'weight' }] },
        subject: { reference: `Patient/in-${String(n)}` },
        performer: [{ reference: `Patient/out-${String(n)}` }],
        effectiveDateTime: '2026-08-11',
        valueQuantity: { value: 70, ...kg },
      });
    await measure(full, 'named', { 'initial-population': ALL });
    expect(await total(sponsor, 'named')).toEqual([20]);
  });

  test('nor is somebody who is linked to a patient', async () => {
    await put('Patient/in-0', {
      resourceType: 'Patient',
      gender: 'female',
      birthDate: '1980-05-05',
      link: Array.from({ length: 11 }, (_, n) => ({
        other: { reference: `Patient/out-${String(n)}` },
        type: 'seealso',
      })),
    });
    await measure(full, 'linked', { 'initial-population': 'Patient?gender=female' });
    expect(await total(sponsor, 'linked')).toEqual([20]);
  });

  test('what is about nobody alone counts for nobody', async () => {
    const open = ['Patient', 'Observation', 'Appointment'].map((type) => opened(type));
    const other = await server.sponsor('appointments', open);
    for (let n = 0; n < 12; n += 1)
      await put(`Appointment/a-${String(n)}`, {
        resourceType: 'Appointment',
        status: 'booked',
        participant: [
          { actor: { reference: `Patient/in-${String(n)}` }, status: 'accepted' },
          { actor: { reference: `Patient/out-${String(n)}` }, status: 'accepted' },
        ],
      });
    await measure(full, 'met', { 'initial-population': 'Appointment?status=booked' });
    expect(await total(other, 'met')).toEqual([null]);
  });

  test('who withdraws is in no later release, and no later release tells who it was', async () => {
    const second = await studySponsor(server, 'second-sponsor', 'Group/study');
    await consent('Patient/in-19', 'inactive');
    expect(await total(second, 'named')).toBe('RESEARCH_TOO_CLOSE');
    expect(await total(sponsor, 'named')).toEqual([20]);
    await consent('Patient/in-19');
  });
});

describe('[R-034] what a sponsor reaches by other ways', () => {
  test('$stats about a patient, which would be about one person: never, and always alike', async () => {
    const stats = (patient: string): ReturnType<FhirClient['get']> =>
      sponsor.get(
        `Observation/$stats?subject=Patient/${patient}&code=weight&system=http://loinc.org&statistic=count`,
      );
    const answers = await Promise.all(['in-0', 'out-0', 'nobody'].map(stats));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    const without = (text: string): string => text.replaceAll(/"id":"[^"]*",?/g, '');
    expect(new Set(answers.map(({ text }) => without(text))).size).toBe(1);
  });

  test('a Measure of their own: nobody who may write the catalogue evaluates it', async () => {
    const own = { resourceType: 'Measure', url: 'urn:own', status: 'active' };
    expect((await sponsor.post('Measure', own)).status).toBe(403);
    expect((await sponsor.put('Measure/named', { ...own, id: 'named' })).status).toBe(403);
    await put('AccessPolicy/writes-measures', {
      resourceType: 'AccessPolicy',
      name: 'writes',
      // Also where it holds for two factors alone: that is another sign-in of the same person.
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-acr',
          valueString: 'urn:somewhere-else',
        },
      ],
      resource: [{ resourceType: 'Measure', interaction: ['read', 'search', 'create'] }],
    });
    const study = { study: 'Group/study' };
    await grant(server, 'Practitioner/both', { sponsor: study, 'writes-measures': {} });
    const both = server.asProfile('Practitioner/both');
    expect(await total(both, 'named')).toBe('RESEARCH_NOT_OPENED');
  });

  test('hidden fields of what is opened: a measure that touches one is refused, at any distance', async () => {
    const shy = await server.sponsor('shy', [
      opened('Patient', { hiddenFields: ['birthDate'] }),
      opened('Observation'),
    ]);
    for (const [id, query] of [
      ['direct', 'Patient?birthdate=lt2000'],
      ['chained', 'Observation?subject:Patient.birthdate=lt2000'],
      ['filtered', 'Patient?_filter=birthdate lt 2000'],
    ] as const) {
      await measure(full, id, { 'initial-population': query });
      expect([id, await total(shy, id)]).toEqual([id, 'ACCESS_PARAMETER_BLOCKED']);
    }
    await measure(full, 'divided', { 'initial-population': ALL }, ['Patient?birthdate=lt2000']);
    expect(await total(shy, 'divided')).toBe('ACCESS_PARAMETER_BLOCKED');
  });

  test('a Measure with what would change its meaning and is not understood is refused', async () => {
    const odd = { modifierExtension: [{ url: 'urn:but-not', valueBoolean: true }] };
    await measure(full, 'odd', { 'initial-population': ALL }, [], odd);
    expect(await total(sponsor, 'odd')).toBe('RESEARCH_MEASURE_UNSUPPORTED');
  });
});
