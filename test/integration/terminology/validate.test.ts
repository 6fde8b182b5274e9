import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { startTestServer, type TestServer } from '../../support/server.ts';

const PROFILE = 'https://example.org/StructureDefinition/named-patient';
const VITAL_SIGNS = 'http://hl7.org/fhir/StructureDefinition/vitalsigns';

/** Every patient has a family name, an official identifier of one system, and is no other than active. */
const profile = {
  resourceType: 'StructureDefinition',
  url: PROFILE,
  version: '1.2.3',
  name: 'NamedPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: {
    element: [
      {
        id: 'Patient',
        path: 'Patient',
        constraint: [
          {
            key: 'own-1',
            severity: 'error',
            human: 'A deceased patient has no telecom',
            expression: 'deceased.exists() implies telecom.empty()',
          },
        ],
      },
      {
        id: 'Patient.identifier',
        path: 'Patient.identifier',
        slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' },
        min: 1,
      },
      {
        id: 'Patient.identifier:own',
        path: 'Patient.identifier',
        sliceName: 'own',
        min: 1,
        max: '1',
      },
      {
        id: 'Patient.identifier:own.system',
        path: 'Patient.identifier.system',
        min: 1,
        fixedUri: 'https://example.org/id',
      },
      { id: 'Patient.name.family', path: 'Patient.name.family', min: 1 },
      { id: 'Patient.photo', path: 'Patient.photo', max: '0' },
    ],
  },
};

const patient = {
  resourceType: 'Patient',
  identifier: [{ system: 'https://example.org/id', value: '1' }],
  name: [{ family: 'Muster' }],
};

describe('$validate', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    expect((await server.as('full').post('StructureDefinition', profile)).status).toBe(201);
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const issues = async (path: string, body: object, role: 'full' | 'patient-a' = 'full') => {
    const answer = await server.as(role).post(path, body);
    expect(answer.status).toBe(200);
    return answer.json<OperationOutcome>().issue.map(({ severity, code, expression, details }) => ({
      severity,
      code,
      path: expression?.[0],
      text: details?.text ?? '',
    }));
  };
  const errors = async (path: string, body: object) =>
    (await issues(path, body))
      .filter(({ severity }) => severity === 'error')
      .map(({ code, path: at }) => [code, at]);

  test('FHIR R4 resource-operation-validate: a good resource has no issues', async () => {
    const narrated = {
      ...patient,
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Muster</div>' },
    };
    expect(await issues('Patient/$validate', narrated)).toEqual([
      {
        severity: 'information',
        code: 'informational',
        path: undefined,
        text: 'No issues detected during validation',
      },
    ]);
  });

  test('FHIR R4 resource-operation-validate: in Parameters, with mode and profile, as HAPI clients send it', async () => {
    const parameters = (resource: object, mode: string) => ({
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource },
        { name: 'mode', valueCode: mode },
        { name: 'profile', valueUri: PROFILE },
      ],
    });
    expect(await errors('Patient/$validate', parameters(patient, 'create'))).toEqual([]);
    expect(await errors('Patient/$validate', parameters(patient, 'update'))).toEqual([
      ['required', undefined],
    ]);
  });

  test('FHIR R4 validation: structure, and codes of required bindings', async () => {
    expect(
      await errors('Patient/$validate', { resourceType: 'Patient', gender: 'banana', x: 1 }),
    ).toEqual([
      ['code-invalid', 'Patient.gender'],
      ['structure', 'Patient'],
    ]);
    const condition = {
      resourceType: 'Condition',
      subject: { reference: 'Patient/patient-a' },
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'well' },
        ],
      },
    };
    expect(await errors('Condition/$validate', condition)).toEqual([
      ['code-invalid', 'Condition.clinicalStatus'],
    ]);
  });

  test('FHIR R4 conformance-rules#constraints: invariants of the base specification', async () => {
    const contact = { ...patient, contact: [{ gender: 'male' }] };
    expect(await errors('Patient/$validate', contact)).toEqual([
      ['invariant', 'Patient.contact[0]'],
    ]);
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'urn:uuid:0b6f6a0e-0000-4000-8000-000000000001',
          resource: { resourceType: 'Patient' },
        },
        {
          fullUrl: 'urn:uuid:0b6f6a0e-0000-4000-8000-000000000001',
          resource: { resourceType: 'Patient' },
        },
      ],
    };
    expect(await errors('Bundle/$validate', bundle)).toEqual([['invariant', 'Bundle']]);
  });

  test.each<[string, object, unknown[]]>([
    ['a missing slice', { identifier: [] as unknown }, [['required', 'Patient']]],
    [
      'another slice where slicing is closed',
      { identifier: [...patient.identifier, { system: 'https://example.org/other', value: '2' }] },
      [['structure', 'Patient.identifier[1]']],
    ],
    [
      'a missing element of a type',
      { name: [{ text: 'Muster' }] },
      [['required', 'Patient.name[0]']],
    ],
    [
      'an element that is not allowed',
      { photo: [{ url: 'https://example.org/x' }] },
      [['structure', 'Patient']],
    ],
    [
      'an invariant of the profile',
      { deceasedBoolean: true, telecom: [{ system: 'phone', value: '1' }] },
      [['invariant', 'Patient']],
    ],
  ])('FHIR R4 profiling: %s', async (_, change, expected) => {
    const { identifier, ...rest } = { ...patient, ...change };
    const changed = { ...rest, ...(identifier.length === 0 ? {} : { identifier }) };
    const path = `Patient/$validate?profile=${encodeURIComponent(`${PROFILE}|1.2`)}`;
    const found = await errors(path, changed);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(await errors(path, patient)).toEqual([]);
  });

  test('FHIR R4 profiling: the profiles of meta.profile, published ones among them', async () => {
    const weight = {
      resourceType: 'Observation',
      meta: { profile: [VITAL_SIGNS] },
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
      subject: { reference: 'Patient/patient-a' },
      valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    };
    const found = await errors('Observation/$validate', weight);
    expect(found).toContainEqual(['required', 'Observation']);
    const category = {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'vital-signs',
        },
      ],
    };
    const whole = { ...weight, category: [category], effectiveDateTime: '2026-11-21' };
    expect(await errors('Observation/$validate', whole)).toEqual([]);
  });

  test('FHIR R4 profiling: a profile that is not known: an error where it was asked for, else a warning', async () => {
    const url = 'https://example.org/StructureDefinition/none';
    expect(await errors(`Patient/$validate?profile=${url}`, patient)).toEqual([
      ['not-found', undefined],
    ]);
    const claimed = await issues('Patient/$validate', { ...patient, meta: { profile: [url] } });
    expect(claimed).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        code: 'not-found',
        path: 'Patient.meta.profile[0]',
      }),
    );
  });

  test('side channels: a stored profile that the policy hides is not known', async () => {
    const hidden = await issues(`Patient/$validate?profile=${PROFILE}`, patient, 'patient-a');
    expect(hidden[0]).toMatchObject({ severity: 'error', code: 'not-found' });
  });

  test('side channels: issues repeat nothing of the content', async () => {
    const secret = 'kanarienvogel';
    const answer = await server.as('full').post(`Patient/$validate?profile=${PROFILE}`, {
      resourceType: 'Patient',
      identifier: [{ system: `https://example.org/${secret}`, value: secret }],
      name: [{ text: secret }],
    });
    expect(answer.json<OperationOutcome>().issue.length).toBeGreaterThan(1);
    expect(answer.text).not.toContain(secret);
  });

  test('FHIR R4 resource-operation-validate: what is stored, under the policy of the caller', async () => {
    const full = server.as('full');
    const found = await full.get('Patient/patient-a/$validate');
    expect(found.status).toBe(200);
    expect((await full.get('Patient/none/$validate')).status).toBe(404);
    expect((await server.as('patient-b').get('Patient/patient-a/$validate')).status).toBe(404);
    const removed = await full.post('Patient/patient-a/$validate?mode=delete', {
      resourceType: 'Parameters',
    });
    expect(removed.status).toBe(200);
  });

  test('limits: an invariant that would never end is stopped, and the server answers on', async () => {
    const url = 'https://example.org/StructureDefinition/endless';
    const list = `(${Array.from({ length: 60 }, (_, index) => String(index)).join('|')})`;
    const expression = `${list}.all(${list}.all(${list}.all(${list}.all(${list}.all($this >= 0)))))`;
    await server.as('full').post('StructureDefinition', {
      ...profile,
      url,
      differential: {
        element: [
          {
            id: 'Patient',
            path: 'Patient',
            constraint: [{ key: 'end-1', severity: 'error', human: 'Never told', expression }],
          },
        ],
      },
    });
    const slow = issues(`Patient/$validate?profile=${url}`, patient);
    const other = await server.as('full').get('Patient/patient-a');
    expect(other.status).toBe(200);
    expect(await slow).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'too-costly' }),
    );
    expect(await errors('Patient/$validate', patient)).toEqual([]);
  }, 60_000);
});
