import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership, observable } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** A profile of FHIR itself: the value is a Quantity in kg, g or lb. */
const BODY_WEIGHT = 'http://hl7.org/fhir/StructureDefinition/bodyweight';

let server: TestServer;
let full: FhirClient;
/** Changes Observations without seeing their values. */
let partial: FhirClient;

const observation = (id: string, value: object): object => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'vital-signs',
        },
      ],
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/anna' },
  effectiveDateTime: '2026-01-01',
  ...value,
});

const UCUM = 'http://unitsofmeasure.org';

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.validateProfilesOnWrite=declared'] });
  full = server.as('full');
  await full.put('Observation/text-0', observation('text-0', { valueString: 'heavy' }));
  const kg = { value: 80, unit: 'kg', system: UCUM, code: 'kg' };
  await full.put('Observation/kg-0', observation('kg-0', { valueQuantity: kg }));
  await full.put('AccessPolicy/partial', {
    resourceType: 'AccessPolicy',
    id: 'partial',
    resource: [{ resourceType: 'Observation', hiddenFields: ['value'] }],
  });
  await full.put('Practitioner/partial', { resourceType: 'Practitioner', id: 'partial' });
  const profile = 'Practitioner/partial';
  await full.put('ProjectMembership/partial', membership('partial', profile, 'partial'));
  partial = server.asProfile(profile);
}, 90_000);
afterAll(() => server.close(), 30_000);

describe('[R-038] a profile that somebody claims tells nothing of what they do not see', () => {
  test.each<[string, (id: string) => ReturnType<FhirClient['get']>]>([
    [
      'PUT',
      async (id) => {
        const seen = (await partial.get(`Observation/${id}`)).json<object>();
        return partial.put(`Observation/${id}`, { ...seen, meta: { profile: [BODY_WEIGHT] } });
      },
    ],
    [
      'PATCH',
      (id) =>
        partial.patch(`Observation/${id}`, [
          { op: 'add', path: '/meta/profile', value: [BODY_WEIGHT] },
        ]),
    ],
  ])('%s is answered alike whatever the value is', async (_title, claim) => {
    const [a, b] = [await claim('text-0'), await claim('kg-0')];
    expect(observable(a, 'text-0')).toEqual(observable(b, 'kg-0'));
    expect(a.status).toBe(422);
  });

  test('what the view lacks anyway does not stand in the way of a change', async () => {
    const claimed = observation('c', {
      meta: { profile: [BODY_WEIGHT] },
      valueQuantity: { value: 80, unit: 'kg', system: UCUM, code: 'kg' },
    });
    expect((await full.put('Observation/c', claimed)).status).toBe(201);
    const patched = await partial.patch('Observation/c', [
      { op: 'replace', path: '/status', value: 'amended' },
    ]);
    expect(patched.status).toBe(200);
    const stored = (await full.get('Observation/c')).json();
    expect([stored['status'], stored['valueQuantity']?.['value']]).toEqual(['amended', 80]);
    const broken = await partial.patch('Observation/c', [{ op: 'remove', path: '/category' }]);
    expect(broken.status).toBe(422);
  });

  test('who sees all is held to all of the profile', async () => {
    const claimed = observation('d', { meta: { profile: [BODY_WEIGHT] }, valueString: 'heavy' });
    expect((await full.put('Observation/d', claimed)).status).toBe(422);
  });
});
