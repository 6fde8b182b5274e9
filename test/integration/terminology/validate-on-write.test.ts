import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { startTestServer, type TestServer } from '../../support/server.ts';

const weight = {
  resourceType: 'Observation',
  meta: { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] },
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/patient-a' },
  effectiveDateTime: '2026-11-21',
  valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
};
const category = [
  {
    coding: [
      {
        system: 'http://terminology.hl7.org/CodeSystem/observation-category',
        code: 'vital-signs',
      },
    ],
  },
];

describe('profiles on write', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ settings: ['fhir.validateProfilesOnWrite=declared'] });
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  test('FHIR R4 http#create: what does not conform to the profile it claims is 422 and not stored', async () => {
    const full = server.as('full');
    const refused = await full.post('Observation', weight);
    expect(refused.status).toBe(422);
    const { issue } = refused.json<OperationOutcome>();
    expect(issue.map(({ severity, code }) => [severity, code])).toContainEqual([
      'error',
      'required',
    ]);
    const none = await full.get('Observation?code=29463-7&_total=accurate');
    expect(none.json<{ total: number }>().total).toBe(0);
  });

  test('FHIR R4 http#update: conforming is stored, and changed only to what conforms', async () => {
    const full = server.as('full');
    const stored = await full.post('Observation', { ...weight, category });
    expect(stored.status).toBe(201);
    const resource = stored.json<{ id: string }>();
    const path = `Observation/${resource.id}`;
    const changed = await full.put(path, { ...weight, id: resource.id });
    expect(changed.status).toBe(422);
    expect((await full.get(path)).json<{ category?: unknown }>().category).toEqual(category);
  });

  test('a resource that claims nothing, or a profile that is not known, is stored', async () => {
    const full = server.as('full');
    const { meta: _, ...plain } = weight;
    expect((await full.post('Observation', plain)).status).toBe(201);
    const unknown = { ...weight, meta: { profile: ['https://example.org/none'] } };
    expect((await full.post('Observation', unknown)).status).toBe(201);
  });

  test('a stored profile binds nobody: only those of packages do', async () => {
    const full = server.as('full');
    const url = 'https://example.org/StructureDefinition/no-status';
    const stored = await full.post('StructureDefinition', {
      resourceType: 'StructureDefinition',
      url,
      name: 'NoSubject',
      status: 'active',
      kind: 'resource',
      abstract: false,
      type: 'Observation',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Observation',
      derivation: 'constraint',
      differential: {
        element: [{ id: 'Observation.subject', path: 'Observation.subject', max: '0' }],
      },
    });
    expect(stored.status).toBe(201);
    const claimed = { ...weight, meta: { profile: [url] } };
    expect((await full.post('Observation', claimed)).status).toBe(201);
  });
});
