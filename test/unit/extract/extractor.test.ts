import { describe, expect, test } from '@jest/globals';
import type { SearchParameterType } from '../../../src/definitions/model.ts';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import { testDefinitions } from '../../support/definitions.ts';

const OPEN = { low: -Infinity, high: Infinity };

/** Values of one parameter, without kind and name. */
function values(
  resource: { resourceType: string; [key: string]: unknown },
  type: SearchParameterType,
  expression: string,
  localBases: readonly string[] = [],
): unknown[] {
  const definitions = testDefinitions([[resource.resourceType, 'p', type, expression]]);
  const { values: found } = createIndexExtractor(definitions, { localBases }).extract(resource);
  return found.map(({ kind, param, ...value }) => {
    expect([kind, param]).toEqual([type, 'p']);
    return value;
  });
}

function observation(more: object): { resourceType: string } {
  return { resourceType: 'Observation', ...more };
}

function patient(more: object): { resourceType: string } {
  return { resourceType: 'Patient', ...more };
}

describe('FHIR R4 search#token', () => {
  test('all codings of a CodeableConcept, with and without a system, each once', () => {
    const coding = [
      { system: 's', code: 'a' },
      { code: 'b' },
      { system: 's', code: 'a' },
      { system: 'no code' },
    ];
    expect(values(observation({ code: { coding } }), 'token', 'Observation.code')).toEqual([
      { system: 's', code: 'a' },
      { code: 'b' },
    ]);
  });

  test('what a concept, a coding and the type of an identifier say in words', () => {
    const resource = observation({
      code: { coding: [{ code: 'a', display: 'Puls' }, { display: 'Herz' }], text: 'Pulsschlag' },
      identifier: [{ type: { coding: [{ system: 'v2', code: 'MR' }], text: 'Fall' }, value: '1' }],
    });
    const definitions = testDefinitions([
      ['Observation', 'code', 'token', 'Observation.code'],
      ['Observation', 'identifier', 'token', 'Observation.identifier'],
    ]);
    expect(createIndexExtractor(definitions).extract(resource).values).toEqual([
      { kind: 'token', param: 'code', code: 'a' },
      { kind: 'label', param: 'code', value: 'Puls' },
      { kind: 'label', param: 'code', value: 'Herz' },
      { kind: 'label', param: 'code', value: 'Pulsschlag' },
      { kind: 'token', param: 'identifier', code: '1' },
      { kind: 'label', param: 'identifier', value: 'Fall' },
      { kind: 'uri', param: 'identifier:of-type', value: 'v2\u0000MR\u00001' },
    ]);
  });

  test('identifiers, codes, booleans', () => {
    const resource = patient({
      identifier: [{ system: 's', value: '1' }, { system: 's' }],
      gender: 'male',
      active: false,
    });
    expect(values(resource, 'token', 'Patient.identifier')).toEqual([{ system: 's', code: '1' }]);
    expect(values(resource, 'token', 'Patient.gender')).toEqual([{ code: 'male' }]);
    expect(values(resource, 'token', 'Patient.active')).toEqual([{ code: 'false' }]);
  });

  test('where(system=…) of a ContactPoint', () => {
    const telecom = [
      { system: 'email', value: 'a@b' },
      { system: 'phone', value: '1' },
    ];
    expect(values(patient({ telecom }), 'token', "Patient.telecom.where(system='email')")).toEqual([
      { system: 'email', code: 'a@b' },
    ]);
  });

  test.each([
    [{}, 'false'],
    [{ deceasedBoolean: false }, 'false'],
    [{ deceasedBoolean: true }, 'true'],
    [{ deceasedDateTime: '2024' }, 'true'],
  ])('Patient.deceased as R4 defines it: %j is %s', (more, code) => {
    const expression = 'Patient.deceased.exists() and Patient.deceased != false';
    expect(values(patient(more), 'token', expression)).toEqual([{ code }]);
  });

  test.each([
    [{}, 1],
    [{ value: '1' }, 0],
    // It is there, if only as an extension that says why it has no value.
    [{ _value: { extension: [{ url: 'urn:why', valueCode: 'unknown' }] } }, 0],
  ])('an element is empty without a value and without extensions: %j', (more, found) => {
    const resource = patient({ identifier: [{ system: 'urn:x', ...more }] });
    const expression = 'Patient.identifier.where(value.empty()).system';
    expect(values(resource, 'uri', expression)).toHaveLength(found);
  });

  test('the type of the target of a reference', () => {
    const resource = observation({ subject: { reference: 'Patient/1' } });
    expect(values(resource, 'token', 'Observation.subject.resolve().resourceType')).toEqual([
      { code: 'Patient' },
    ]);
  });

  test('an extension by its URL', () => {
    const extension = [
      { url: 'urn:a', valueCoding: { code: 'x' } },
      { url: 'urn:b', valueCoding: { code: 'y' } },
    ];
    expect(values(patient({ extension }), 'token', "Patient.extension('urn:a').value")).toEqual([
      { code: 'x' },
    ]);
    expect(
      values(
        patient({ extension }),
        'token',
        "Patient.extension.where(url='urn:b').value.ofType(Coding)",
      ),
    ).toEqual([{ code: 'y' }]);
  });
});

describe('FHIR R4 search#reference', () => {
  const of = (reference: string, bases: readonly string[] = []): unknown[] =>
    values(observation({ subject: { reference } }), 'reference', 'Observation.subject', bases);

  test('relative references, with or without a version', () => {
    expect(of('Patient/1')).toEqual([{ type: 'Patient', id: '1' }]);
    expect(of('Patient/1/_history/2')).toEqual([
      { type: 'Patient', id: '1' },
      { url: 'Patient/1/_history/2' },
    ]);
  });

  test('an absolute reference is ours only below one of our bases', () => {
    const url = 'https://other.example/fhir/Patient/1';
    expect(of(url)).toEqual([{ url }]);
    expect(of(url, ['https://other.example/'])).toEqual([{ url }]);
    expect(of(url, ['https://other.example/fhir/'])).toEqual([{ type: 'Patient', id: '1' }]);
  });

  test('contained resources give nothing', () => {
    expect(of('#p')).toEqual([]);
  });

  test('the identifier of a reference is a token of its own name', () => {
    const subject = { identifier: { system: 's', value: '1' }, reference: 'Patient/1' };
    const parameter = ['Observation', 'p', 'reference', 'Observation.subject'] as const;
    const { values: found } = createIndexExtractor(testDefinitions([parameter])).extract(
      observation({ subject }),
    );
    expect(found).toEqual([
      { kind: 'reference', param: 'p', type: 'Patient', id: '1' },
      { kind: 'token', param: 'p:identifier', system: 's', code: '1' },
    ]);
  });

  test('where(resolve() is Patient) keeps references to patients', () => {
    const expression = 'Observation.performer.where(resolve() is Patient)';
    const performer = [
      { reference: 'Patient/1' },
      { reference: 'Group/1' },
      { reference: 'urn:uuid:1', type: 'Patient' },
    ];
    expect(values(observation({ performer }), 'reference', expression)).toEqual([
      { type: 'Patient', id: '1' },
      { url: 'urn:uuid:1' },
    ]);
  });

  test('a canonical is found with its version and without', () => {
    const resource = {
      resourceType: 'Questionnaire',
      derivedFrom: ['https://a.example/q|1.0', 'Questionnaire/2'],
    };
    expect(values(resource, 'reference', 'Questionnaire.derivedFrom')).toEqual([
      { url: 'https://a.example/q' },
      { url: 'https://a.example/q|1.0' },
      { type: 'Questionnaire', id: '2' },
    ]);
  });

  test('the first entry of a Bundle', () => {
    const entry = [{ resource: patient({ id: '1' }) }, { resource: patient({ id: '2' }) }];
    expect(
      values({ resourceType: 'Bundle', entry }, 'reference', 'Bundle.entry[0].resource'),
    ).toEqual([{ type: 'Patient', id: '1' }]);
  });
});

describe('FHIR R4 search#string and search#uri', () => {
  test('every part of a name', () => {
    const name = [{ family: 'Müller', given: ['Ä', 'B'], text: 'Ä B Müller', use: 'official' }];
    const found = values(patient({ name }), 'string', 'Patient.name');
    expect(found).toEqual(['Ä B Müller', 'Müller', 'Ä', 'B'].map((value) => ({ value })));
  });

  test('every part of an address', () => {
    const address = [{ line: ['Weg 1'], city: 'Ulm', postalCode: '89073' }];
    expect(values(patient({ address }), 'string', 'Patient.address')).toEqual([
      { value: 'Weg 1' },
      { value: 'Ulm' },
      { value: '89073' },
    ]);
  });

  test('a path behind a choice', () => {
    const resource = observation({ valueCodeableConcept: { text: 'x' } });
    expect(values(resource, 'string', '(Observation.value.ofType(CodeableConcept)).text')).toEqual([
      { value: 'x' },
    ]);
  });

  test('a canonical with a version is found with it and without', () => {
    const meta = { profile: ['urn:a|1', 'urn:b'] };
    expect(values(patient({ meta }), 'uri', 'Patient.meta.profile')).toEqual([
      { value: 'urn:a|1' },
      { value: 'urn:a' },
      { value: 'urn:b' },
    ]);
  });
});

describe('FHIR R4 search#date', () => {
  const date = Date.parse;
  const of = (more: object): unknown[] =>
    values(observation(more), 'date', 'Observation.effective');

  test('a date covers its precision', () => {
    expect(of({ effectiveDateTime: '2024-02' })).toEqual([
      { low: date('2024-02-01'), high: date('2024-03-01') },
    ]);
  });

  test('a Period reaches to the end of its end, and is open where one is absent', () => {
    expect(of({ effectivePeriod: { start: '2024', end: '2025-01-31' } })).toEqual([
      { low: date('2024-01-01'), high: date('2025-02-01') },
    ]);
    expect(of({ effectivePeriod: { start: '2024' } })).toEqual([
      { ...OPEN, low: date('2024-01-01') },
    ]);
    expect(of({ effectivePeriod: { end: '2024' } })).toEqual([
      { ...OPEN, high: date('2025-01-01') },
    ]);
    expect(of({ effectivePeriod: { id: 'x' } })).toEqual([]);
  });

  test('a Timing covers its events and its bounds', () => {
    const effectiveTiming = {
      event: ['2024-03-05', '2024-03-01'],
      repeat: { boundsPeriod: { start: '2025' } },
    };
    expect(of({ effectiveTiming })).toEqual([
      { low: date('2024-03-01'), high: date('2024-03-06') },
      { ...OPEN, low: date('2025-01-01') },
    ]);
  });

  test('a date that cannot be read is refused, not indexed wrongly', () => {
    expect.assertions(1);
    try {
      of({ effectiveDateTime: '2024-02-30' });
    } catch (error) {
      expect(isFhirError(error) && error.code).toBe('FHIR_INVALID_RESOURCE');
    }
  });
});

describe('FHIR R4 search#number and search#quantity', () => {
  test('a stored number is a point, a Range an interval', () => {
    expect(values(observation({ valueInteger: 5 }), 'number', 'Observation.value')).toEqual([
      { low: 5, high: 5 },
    ]);
    expect(
      values(observation({ valueRange: { low: { value: 1 } } }), 'number', 'Observation.value'),
    ).toEqual([{ low: 1, high: Infinity }]);
  });

  test('iif gives a number', () => {
    const expression = "iif(status = 'final', 50, iif(status = 'amended', 40, 10))";
    for (const [status, value] of [
      ['final', 50],
      ['amended', 40],
      ['other', 10],
      [undefined, 10],
    ]) {
      expect(values(observation({ status }), 'number', expression)).toEqual([
        { low: value, high: value },
      ]);
    }
  });

  test('quantities by code and system, or by the text of the unit', () => {
    const of = (valueQuantity: object): unknown[] =>
      values(observation({ valueQuantity }), 'quantity', 'Observation.value.ofType(Quantity)');
    expect(of({ value: 5.4, unit: 'mm', system: 's', code: 'mm' })).toEqual([
      { low: 5.4, high: 5.4, system: 's', unit: 'mm' },
    ]);
    expect(of({ value: 5.4, unit: 'mm' })).toEqual([{ low: 5.4, high: 5.4, unit: 'mm' }]);
    expect(of({ value: 5, comparator: '<' })).toEqual([{ low: -Infinity, high: 5 }]);
    expect(of({ value: 5, comparator: '>=' })).toEqual([{ low: 5, high: Infinity }]);
    expect(of({ unit: 'mm' })).toEqual([]);
  });

  test('money and ranges', () => {
    const invoice = { resourceType: 'Invoice', totalGross: { value: 9.5, currency: 'EUR' } };
    expect(values(invoice, 'quantity', 'Invoice.totalGross')).toEqual([
      { low: 9.5, high: 9.5, system: 'urn:iso:std:iso:4217', unit: 'EUR' },
    ]);
    const valueRange = { low: { value: 1, unit: 'mm' }, high: { value: 2, unit: 'mm' } };
    expect(values(observation({ valueRange }), 'quantity', 'Observation.value')).toEqual([
      { low: 1, high: 2, unit: 'mm' },
    ]);
  });
});

describe('what lies outside of the compiled subset', () => {
  test('is left to the FHIRPath engine', () => {
    const resource = patient({ name: [{ given: ['A', 'B'] }, { given: ['C'] }] });
    expect(values(resource, 'string', 'Patient.name.given.last()')).toEqual([{ value: 'C' }]);
    expect(values(resource, 'string', 'Patient.name.given[2]')).toEqual([{ value: 'C' }]);
  });

  test('many values of one parameter stay distinct, in linear time', () => {
    const identifier = Array.from({ length: 20_000 }, (_, index) => ({
      value: String(index % 9_000),
    }));
    // Processor time: others may use the machine.
    const before = process.cpuUsage();
    expect(values(patient({ identifier }), 'token', 'Patient.identifier')).toHaveLength(9_000);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });

  test('parameters that say nothing here give nothing', () => {
    expect(
      values(observation({ subject: { reference: 'Patient/1' } }), 'composite', 'Observation'),
    ).toEqual([]);
    expect(values(patient({ active: true }), 'date', 'Patient.active')).toEqual([]);
    expect(values(patient({ active: true }), 'token', 'Patient.unknown')).toEqual([]);
  });
});

describe('the Patient compartment', () => {
  const definitions = testDefinitions(
    [
      ['Observation', 'subject', 'reference', 'Observation.subject', 'Patient'],
      ['Observation', 'performer', 'reference', 'Observation.performer', 'Patient'],
      ['Observation', 'derived-from', 'reference', 'Observation.derivedFrom', 'Observation'],
      ['Patient', 'link', 'reference', 'Patient.link.other', 'Patient'],
    ],
    { Observation: ['subject', 'performer'], Patient: ['link'] },
  );
  const patientsOf = (resource: { resourceType: string; id?: string }): readonly string[] =>
    createIndexExtractor(definitions).extract(resource).patients;

  test('of whoever the compartment parameters point to, each once', () => {
    const resource = observation({
      subject: { reference: 'Patient/1' },
      performer: [
        { reference: 'Patient/2' },
        { reference: 'Patient/1' },
        { reference: 'Practitioner/3' },
      ],
      derivedFrom: [{ reference: 'Patient/4' }],
    });
    expect(patientsOf(resource)).toEqual(['1', '2']);
  });

  test('a Patient is in its own, and in those it is linked to', () => {
    expect(
      patientsOf({ ...patient({ link: [{ other: { reference: 'Patient/2' } }] }), id: '1' }),
    ).toEqual(['1', '2']);
  });

  test('a patient of another server is none of ours', () => {
    const subject = { reference: 'https://other.example/fhir/Patient/1' };
    expect(patientsOf(observation({ subject }))).toEqual([]);
  });
});
