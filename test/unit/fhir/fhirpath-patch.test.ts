import { describe, expect, test } from '@jest/globals';
import type { Definitions, ElementDefinition } from '../../../src/definitions/model.ts';
import { parseExact } from '../../../src/json/exact.ts';
import { patchOf } from '../../../src/fhir/patch/read-patch.ts';

/** Type, and how many; a small part of FHIR. */
const STRUCTURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Observation: {
    id: 'id',
    status: 'code',
    'value[x]': 'Quantity string boolean',
    note: 'Annotation *',
    code: 'CodeableConcept',
  },
  Patient: { id: 'id', birthDate: 'date', name: 'HumanName *', active: 'boolean' },
  HumanName: { given: 'string *', family: 'string', use: 'code' },
  Quantity: { value: 'decimal', unit: 'string' },
  Annotation: { text: 'string' },
  CodeableConcept: { text: 'string' },
  Extension: { url: 'uri', 'value[x]': 'string decimal' },
};

const definitions = {
  isResourceType: (name: string) => name === 'Observation' || name === 'Patient',
  structure: (path: string) => {
    const elements = STRUCTURES[path];
    if (elements === undefined) {
      const primitive = /^[a-z]/.test(path);
      return primitive ? { path, kind: 'primitive', elements: new Map() } : undefined;
    }
    const element = (text: string): ElementDefinition => {
      const types = text.split(' ').filter((type) => type !== '*');
      return { min: 0, max: text.endsWith('*') ? Infinity : 1, types, summary: false };
    };
    const map = new Map(Object.entries(elements).map(([name, text]) => [name, element(text)]));
    return { path, kind: 'complex', elements: map };
  },
} as unknown as Definitions;

type Part = Readonly<Record<string, unknown>>;
const operation = (type: string, path: string, more: Readonly<Record<string, Part>> = {}) => ({
  name: 'operation',
  part: [
    { name: 'type', valueCode: type },
    { name: 'path', valueString: path },
    ...Object.entries(more).map(([name, part]) => ({ name, ...part })),
  ],
});
const patched = (resource: string | object, ...operations: object[]): string => {
  const text = typeof resource === 'string' ? resource : JSON.stringify(resource);
  const body = JSON.stringify({ resourceType: 'Parameters', parameter: operations });
  const { exact } = patchOf(definitions, parseExact(body.replaceAll('"1.50"', '1.50')))(text);
  return JSON.stringify(exact);
};
const patient = (more: object) => ({ resourceType: 'Patient', ...more });

describe('FHIR R4 fhirpatch', () => {
  test('decimals keep their digits, those of the resource and those of the patch', () => {
    const before =
      '{"resourceType":"Observation","valueQuantity":{"value":0.10,"unit":"a"},"note":[{"text":"x"}]}';
    expect(
      patched(
        before,
        operation('replace', 'Observation.value.unit', { value: { valueString: 'b' } }),
      ),
    ).toContain('"value":0.10,"unit":"b"');
    const value = { valueQuantity: { value: '1.50' } };
    expect(patched(before, operation('replace', 'Observation.value', { value }))).toContain(
      '"valueQuantity":{"value":1.50}',
    );
  });

  test('a choice changes its type', () => {
    const before = { resourceType: 'Observation', valueQuantity: { value: 1 } };
    const to = operation('replace', 'Observation.value', { value: { valueString: 'x' } });
    expect(JSON.parse(patched(before, to))).toEqual({
      resourceType: 'Observation',
      valueString: 'x',
    });
    for (const path of [
      '(Observation.value as Quantity).unit',
      'Observation.value.ofType(Quantity).unit',
    ])
      expect(
        patched({ ...before, valueQuantity: { value: 1, unit: 'a' } }, operation('delete', path)),
      ).not.toContain('unit');
  });

  test.each(['value', 'valueString'])('add names a choice as %s', (name) => {
    const add = operation('add', 'Observation', {
      name: { valueString: name },
      value: { valueString: 'x' },
    });
    expect(JSON.parse(patched({ resourceType: 'Observation' }, add))).toMatchObject({
      valueString: 'x',
    });
  });

  test('what stands beside primitives keeps its place in lists', () => {
    const given = { given: ['a', 'b', 'c'], _given: [null, { id: 'B' }, null] };
    const name = (result: string) => (JSON.parse(result) as { name: object[] }).name[0];
    expect(
      name(patched(patient({ name: [given] }), operation('delete', 'Patient.name[0].given[0]'))),
    ).toEqual({ given: ['b', 'c'], _given: [{ id: 'B' }, null] });
    const move = { source: { valueInteger: 1 }, destination: { valueInteger: 0 } };
    expect(
      name(patched(patient({ name: [given] }), operation('move', 'Patient.name[0].given', move))),
    ).toEqual({ given: ['b', 'a', 'c'], _given: [{ id: 'B' }, null, null] });
    const insert = { index: { valueInteger: 3 }, value: { valueString: 'd' } };
    expect(
      name(
        patched(patient({ name: [given] }), operation('insert', 'Patient.name[0].given', insert)),
      ),
    ).toEqual({ given: ['a', 'b', 'c', 'd'], _given: [null, { id: 'B' }, null, null] });
  });

  test('an extension is added to a primitive and found there', () => {
    const add = operation('add', 'Patient.birthDate', {
      name: { valueString: 'extension' },
      value: { valueExtension: { url: 'urn:x', valueString: 'y' } },
    });
    const after = patched(patient({ birthDate: '2000-01-01' }), add);
    expect(JSON.parse(after)).toMatchObject({
      _birthDate: { extension: [{ url: 'urn:x', valueString: 'y' }] },
    });
    const gone = patched(after, operation('delete', "Patient.birthDate.extension('urn:x')"));
    expect(JSON.parse(gone)).toEqual(patient({ birthDate: '2000-01-01' }));
  });

  test('what is deleted leaves no empty list or object behind', () => {
    const before = patient({ name: [{ family: 'x' }] });
    expect(JSON.parse(patched(before, operation('delete', 'Patient.name[0].family')))).toEqual(
      patient({}),
    );
    expect(JSON.parse(patched(before, operation('delete', 'Patient.name.given')))).toEqual(before);
  });

  test('conditions select', () => {
    const before = patient({
      name: [
        { use: 'usual', family: 'x' },
        { use: 'official', family: 'y' },
      ],
    });
    const path = "Patient.name.where(use = 'official' and family.exists()).family";
    expect(patched(before, operation('replace', path, { value: { valueString: 'z' } }))).toContain(
      '"family":"z"',
    );
  });

  test.each([
    ['several elements', operation('replace', 'Patient.name', { value: { valueString: 'z' } })],
    ['no element', operation('replace', 'Patient.active', { value: { valueBoolean: true } })],
    [
      'an element that is not FHIR',
      operation('add', 'Patient', {
        name: { valueString: 'nonsense' },
        value: { valueString: 'z' },
      }),
    ],
    [
      'an element that is there',
      operation('add', 'Patient', {
        name: { valueString: 'birthDate' },
        value: { valueDate: '2000' },
      }),
    ],
    [
      'a position beyond the list',
      operation('insert', 'Patient.name', {
        index: { valueInteger: 9 },
        value: { valueHumanName: {} },
      }),
    ],
    [
      'a negative position',
      operation('insert', 'Patient.name', {
        index: { valueInteger: -1 },
        value: { valueHumanName: {} },
      }),
    ],
    ['a regular expression', operation('delete', "Patient.name.where(family.matches('(a+)+$'))")],
    ['no FHIRPath', operation('delete', 'Patient..name')],
    ['no value', operation('add', 'Patient', { name: { valueString: 'active' } })],
    ['an unknown operation', operation('copy', 'Patient.name')],
    ['the whole resource', operation('delete', 'Patient')],
    [
      'another resource',
      operation('replace', 'Patient', { value: { resource: { resourceType: 'Observation' } } }),
    ],
    [
      'the name of the prototype',
      operation('add', 'Patient', {
        name: { valueString: '__proto__' },
        value: { valueString: 'z' },
      }),
    ],
    ['a part that is null', { name: 'operation', part: [null] }],
    ['parts that are no list', { name: 'operation', part: 5 }],
  ])('%s: refused', (_name, bad) => {
    const before = patient({ birthDate: '2000', name: [{ family: 'x' }, { family: 'y' }] });
    expect(() => patched(before, bad)).toThrow(expect.objectContaining({ status: 400 }));
  });

  test('filters in filters are bounded', () => {
    const before = patient({ name: Array.from({ length: 3000 }, () => ({ family: 'x' })) });
    const path = "Patient.name.where(family = 'x').where(family = 'x').where(family = 'x')";
    const many = Array.from({ length: 100 }, () =>
      operation('delete', `${path}${".where(family = 'x')".repeat(50)}.where(family = 'y')`),
    );
    expect(() => patched(before, ...many)).toThrow(/too many elements/);
  });
});
