import { describe, expect, test } from '@jest/globals';
import type { OperationOutcome } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { createValidator } from '../../../src/fhir/validation/validator.ts';
import { testDefinitions } from '../../support/definitions.ts';

const validate = createValidator(testDefinitions());

/** `code expression text` of every issue; empty where the resource is valid. */
function issuesOf(resource: unknown, expectedType?: string): string[] {
  try {
    validate(resource, expectedType);
    return [];
  } catch (error) {
    if (!isFhirError(error)) throw error;
    expect(error.code).toBe('FHIR_INVALID_RESOURCE');
    return error.outcome.issue.map(lineOf);
  }
}

function lineOf(issue: OperationOutcome['issue'][number]): string {
  expect(issue.severity).toBe('error');
  expect(issue.details?.coding?.[0]?.code).toBe('FHIR_INVALID_RESOURCE');
  return `${issue.code} ${issue.expression?.[0] ?? '-'}`;
}

const CODE = { text: 'x' };

function observation(more: object = {}): object {
  return { resourceType: 'Observation', status: 'final', code: CODE, ...more };
}

function patient(more: object = {}): object {
  return { resourceType: 'Patient', ...more };
}

describe('FHIR R4 json: what a valid resource looks like', () => {
  test.each([
    ['the least', patient()],
    ['an undefined property is absent', patient({ active: undefined })],
    ['one type of a choice', observation({ valueQuantity: { value: 1 } })],
    ['a choice with its extensions', observation({ valueString: 'a', _valueString: { id: 'x' } })],
    [
      'a primitive that has only an extension',
      patient({ _birthDate: { extension: [{ url: 'urn:a', valueString: 'b' }] } }),
    ],
    [
      'null where the parallel list has the item',
      patient({
        name: [
          {
            given: ['A', null],
            _given: [null, { id: 'x', extension: [{ url: 'urn:a', valueString: 'b' }] }],
          },
        ],
      }),
    ],
    [
      'an extension in the place of a required element',
      {
        ...observation(),
        status: undefined,
        _status: { extension: [{ url: 'urn:a', valueString: 'b' }] },
      },
    ],
    [
      'a contained resource that is referred to',
      observation({
        subject: { reference: '#p' },
        contained: [{ resourceType: 'Patient', id: 'p' }],
      }),
    ],
    [
      'a contained resource that refers to its container',
      patient({ contained: [observation({ id: 'o', subject: { reference: '#' } })] }),
    ],
    [
      'a Bundle of resources',
      { resourceType: 'Bundle', type: 'batch', entry: [{ resource: patient() }] },
    ],
    ['text in any language, with line breaks', patient({ name: [{ text: 'Zoë 李\n😀' }] })],
  ])('%s', (_, resource) => {
    expect(issuesOf(resource)).toEqual([]);
  });

  test.each([
    ['no resource', [], ['structure -']],
    ['null', null, ['structure -']],
    ['a string', 'Patient', ['structure -']],
    ['no resourceType', {}, ['structure -']],
    ['an unknown resourceType', { resourceType: 'Pirate' }, ['structure -']],
    ['a data type as resourceType', { resourceType: 'Coding' }, ['structure -']],
    ['a name of the prototype as resourceType', { resourceType: 'constructor' }, ['structure -']],
    ['an unknown property', patient({ hat: 1 }), ['structure Patient']],
    [
      '__proto__',
      JSON.parse('{"resourceType":"Patient","__proto__":{"a":1}}'),
      ['structure Patient'],
    ],
    [
      'resourceType inside of an element',
      patient({ name: [{ resourceType: 'Patient' }] }),
      ['structure Patient.name[0]', 'invariant Patient.name[0]'],
    ],
    ['null', patient({ active: null }), ['structure Patient.active']],
    [
      'an extension of an id',
      patient({ _id: { extension: [{ url: 'urn:a', valueString: 'b' }] } }),
      ['structure Patient'],
    ],
    ['null in a list of objects', patient({ name: [null] }), ['structure Patient.name[0]']],
    [
      'null in a list without its partner',
      patient({ name: [{ given: ['A', null] }] }),
      ['structure Patient.name[0].given[1]'],
    ],
    ['an object for a list', patient({ name: { text: 'x' } }), ['structure Patient.name']],
    ['a list for an object', observation({ code: [CODE] }), ['structure Observation.code']],
    ['a list in a list', patient({ name: [[{ text: 'x' }]] }), ['structure Patient.name[0]']],
    ['a string for an object', patient({ name: ['x'] }), ['structure Patient.name[0]']],
    ['an empty list', patient({ name: [] }), ['structure Patient.name']],
    ['an empty object (ele-1)', patient({ name: [{}] }), ['invariant Patient.name[0]']],
    [
      'an object with an id alone (ele-1)',
      patient({ name: [{ id: 'a' }] }),
      ['invariant Patient.name[0]'],
    ],
    ['an empty string', patient({ name: [{ text: '' }] }), ['value Patient.name[0].text']],
    [
      'an id for a primitive without a value (ele-1)',
      patient({ _active: { id: 'a' } }),
      ['invariant Patient.active'],
    ],
    [
      'a missing element',
      { resourceType: 'Observation', status: 'final' },
      ['required Observation'],
    ],
    [
      'two types of a choice',
      observation({ valueString: 'a', valueBoolean: true }),
      ['structure Observation'],
    ],
    [
      'two types of a choice, one by extension',
      observation({
        valueString: 'a',
        _valueBoolean: { extension: [{ url: 'urn:a', valueString: 'b' }] },
      }),
      ['structure Observation'],
    ],
    [
      'a code outside of a required binding',
      observation({ status: 'done' }),
      ['code-invalid Observation.status'],
    ],
    [
      'an item deep inside',
      observation({ component: [{ code: CODE }, { code: { coding: [{ code: ' a' }] } }] }),
      ['value Observation.component[1].code.coding[0].code'],
    ],
  ])('%s is refused', (_, resource, expected) => {
    expect(issuesOf(resource)).toEqual(expected);
  });

  test('all issues come at once, at most a hundred', () => {
    expect(issuesOf(observation({ hat: 1, status: 1, component: [{}] }))).toEqual([
      'value Observation.status',
      'structure Observation',
      'invariant Observation.component[0]',
      'required Observation.component[0]',
    ]);
    expect(issuesOf(patient({ name: Array.from({ length: 500 }, () => ({})) }))).toHaveLength(100);
  });

  test('the type of the URL must be the type of the body', () => {
    expect(issuesOf(patient(), 'Patient')).toEqual([]);
    expect(issuesOf(patient(), 'Observation')).toEqual(['structure Patient']);
  });

  test('the text of an issue never has what the client sent as a value', () => {
    try {
      validate(patient({ gender: 'secret ', name: [{ text: 7 }], ['secret key']: 1 }));
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain('secret');
      return;
    }
    throw new TypeError('accepted');
  });
});

describe('FHIR R4 datatypes: primitive formats', () => {
  test.each([
    [
      'birthDate',
      ['1970', '1970-12', '2024-02-29'],
      ['70', '1970-1', '2023-02-29', '1970-01-01T00:00:00Z', 1970],
    ],
    [
      'deceasedDateTime',
      ['1970', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.123+01:00'],
      ['1970-01-01T00:00:00', '1970-01-01T00:00Z', 'now'],
    ],
    ['active', [true, false], ['true', 1, 0]],
    ['multipleBirthInteger', [0, -1, 2147483647], [1.5, '1', 2147483648, Infinity]],
    ['gender', ['male', 'a b'], ['', ' ', ' a', 'a ', 'a  b', 1]],
    ['id', ['a', 'A.b-9', 'x'.repeat(64)], ['a/b', 'a_b', 'x'.repeat(65), '', 7]],
    ['implicitRules', ['urn:a', 'https://example.org/ä'], ['a b', '', 1]],
  ])('%s', (name, good, bad) => {
    for (const value of good) expect(issuesOf(patient({ [name]: value }))).toEqual([]);
    for (const value of bad) expect(issuesOf(patient({ [name]: value }))).toHaveLength(1);
  });

  test('base64, with line breaks and padding', () => {
    const photo = (data: unknown): string[] =>
      issuesOf(patient({ photo: [{ contentType: 'image/png', data }] }));
    for (const data of ['QUJD', 'QUI=', 'QQ==', 'QUJD\r\nQUJD']) expect(photo(data)).toEqual([]);
    for (const data of ['QUJ', 'Q===', 'QU=D', 'QU-D', '', ' ', 1])
      expect(photo(data)).toHaveLength(1);
    expect(photo('QUJD'.repeat(1_000_000))).toEqual([]);
  });

  test('strings have no control characters, no lone surrogates, and at most 1 MB', () => {
    const text = (value: string): string[] => issuesOf(patient({ name: [{ text: value }] }));
    for (const value of ['a\u0000b', 'a\u0007', '\ud800', 'a\udc00b'])
      expect(text(value)).toHaveLength(1);
    expect(text('x'.repeat(1_048_577))).toEqual(['too-long Patient.name[0].text']);
    expect(text('x'.repeat(1_048_576))).toEqual([]);
  });

  test('a number that JSON cannot hold is no decimal', () => {
    const resource = JSON.parse(
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e999}}',
    );
    expect(issuesOf(resource)).toEqual(['value Observation.value.value']);
  });
});

describe('FHIR R4 invariants that need no FHIRPath', () => {
  test.each([
    ['ext-1: neither', { extension: [{ url: 'urn:a' }] }],
    [
      'ext-1: both',
      {
        extension: [
          { url: 'urn:a', valueString: 'b', extension: [{ url: 'urn:b', valueString: 'c' }] },
        ],
      },
    ],
    ['per-1', { identifier: [{ value: 'x', period: { start: '2024-02', end: '2024-01-31' } }] }],
    ['cpt-2', { telecom: [{ value: 'x' }] }],
    ['att-1', { photo: [{ data: 'QUJD' }] }],
    ['txt-1', { text: { status: 'generated', div: '<p>x</p>' } }],
    [
      'dom-2',
      {
        link: [{ other: { reference: '#a' } }],
        contained: [patient({ id: 'a', contained: [patient({ id: 'b' })] })],
      },
    ],
    ['dom-3', { contained: [patient({ id: 'a' })] }],
    [
      'dom-4',
      {
        link: [{ other: { reference: '#a' } }],
        contained: [patient({ id: 'a', meta: { versionId: '1' } })],
      },
    ],
    [
      'dom-5',
      {
        link: [{ other: { reference: '#a' } }],
        contained: [patient({ id: 'a', meta: { security: [{ code: 'R' }] } })],
      },
    ],
    ['ref-1', { link: [{ other: { reference: '#a' } }] }],
  ])('%s', (_, more) => {
    expect(issuesOf(patient(more))).toEqual([expect.stringMatching(/^invariant /)]);
  });

  test('qty-3', () => {
    expect(issuesOf(observation({ valueQuantity: { value: 1, code: 'mm' } }))).toHaveLength(1);
  });

  test('per-1 leaves a period that may hold', () => {
    expect(
      issuesOf(
        patient({ identifier: [{ value: 'x', period: { start: '2024-02-10', end: '2024-02' } }] }),
      ),
    ).toEqual([]);
  });

  test('a contained resource has an id, and no other has the same', () => {
    expect(issuesOf(patient({ contained: [patient()] }))).toEqual([
      'required Patient.contained[0]',
    ]);
    const twice = {
      subject: { reference: '#a' },
      contained: [patient({ id: 'a' }), patient({ id: 'a' })],
    };
    expect(issuesOf(observation(twice))).toEqual(['value Observation.contained[1]']);
  });

  test('local references end at the entry of a Bundle', () => {
    const entry = [
      {
        resource: observation({ subject: { reference: '#a' }, contained: [patient({ id: 'a' })] }),
      },
      { resource: observation({ subject: { reference: '#a' } }) },
    ];
    expect(issuesOf({ resourceType: 'Bundle', type: 'batch', entry })).toEqual([
      'invariant Bundle.entry[1].resource.subject',
    ]);
  });

  test.each([
    ['Patient/1', true],
    ['Patient/1/_history/2', true],
    ['Patient?identifier=a|b', true],
    ['urn:uuid:8a0', true],
    ['https://example.org/fhir/Patient/1', true],
    ['Pirate/1', false],
    ['Patient/', false],
    ['Patient/a/b', false],
    ['1', false],
    ['../Patient/1', false],
    ['//evil/Patient/1', false],
  ])('the form of the reference %s', (reference, valid) => {
    const expected = valid ? [] : ['value Observation.subject.reference'];
    expect(issuesOf(observation({ subject: { reference } }))).toEqual(expected);
  });
});

describe('whatever JSON comes', () => {
  test('a Bundle in a Bundle in a Bundle ends somewhere', () => {
    let resource: object = patient();
    for (let level = 0; level < 5000; level += 1) {
      resource = { resourceType: 'Bundle', type: 'batch', entry: [{ resource }] };
    }
    expect(issuesOf(resource)).toEqual([expect.stringMatching(/^structure Bundle\.entry\[0\]/)]);
  });

  test('extensions in extensions end somewhere', () => {
    let extension: object = { url: 'urn:a', valueString: 'x' };
    for (let level = 0; level < 5000; level += 1)
      extension = { url: 'urn:a', extension: [extension] };
    expect(issuesOf(patient({ extension: [extension] }))).toHaveLength(1);
  });

  const names = [
    'resourceType',
    'name',
    'given',
    '_given',
    'extension',
    'contained',
    'valueString',
    'status',
    'id',
    'entry',
    'resource',
    'reference',
    'subject',
    'text',
    'div',
    'photo',
    'data',
    'birthDate',
    '__proto__',
    'constructor',
    'length',
  ];
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom('Patient', 'Observation', 'Bundle', '#a', '2024', '<div>'),
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    ),
  })).value;

  test('the answer is valid or a FhirError, never another failure', () => {
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('Patient', 'Observation', 'Bundle'),
        (value, resourceType) => {
          issuesOf(value);
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
            issuesOf({ ...value, resourceType });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
