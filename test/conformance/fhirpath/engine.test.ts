import { describe, expect, test } from '@jest/globals';
import { invariantEngine } from '../../../src/fhirpath/engine.ts';
import { environmentOf } from '../../../src/fhirpath/environment.ts';
import { createInvariants } from '../../../src/fhirpath/invariants.ts';
import { withoutLegacyAs } from '../../../src/fhirpath/legacy-as.ts';

const SET = 'https://example.org/ValueSet/x';

const observation = {
  resourceType: 'Observation',
  status: 'final',
  contained: [{ resourceType: 'Patient', id: 'p', active: true }],
  code: { coding: [{ system: 'urn:a', code: 'x' }] },
  subject: { reference: '#p' },
  encounter: { reference: 'Encounter/1' },
};

describe('invariants', () => {
  const evaluate = invariantEngine();
  const judge = (expression: string, keys: (string | number)[] = [], base = 'Observation') =>
    evaluate({
      resource: observation,
      evaluations: [{ expression, base, keys, resource: [], root: [] }],
      valueSets: { [SET]: ['urn:a|x', 'urn:b|y'] },
    })[0];

  test.each([
    ['code.exists()', 'holds'],
    ['value.exists()', 'fails'],
    // A union of two booleans is something that is there, as in HAPI.
    ['code.exists() | value.exists()', 'holds'],
    ['value', 'fails'],
    ['subject.resolve().active', 'holds'],
    ['subject.resolve() is Patient', 'holds'],
    ['encounter.resolve() is Encounter', 'holds'],
    ['encounter.resolve() is Patient', 'fails'],
    [`code.memberOf('${SET}')`, 'holds'],
    [`code.coding.first().memberOf('${SET}')`, 'holds'],
    [`status.memberOf('${SET}')`, 'fails'],
    ['%resource.descendants().as(code).exists()', 'holds'],
    ['%loinc.exists() and %sct.exists()', 'holds'],
    ['this is no expression', 'unknown'],
    ["conformsTo('x')", 'unknown'],
  ])('FHIR R4 conformance-rules#constraints: %s %s', (expression, expected) => {
    expect(judge(expression)).toBe(expected);
  });

  test('FHIR R4 fhirpath#variables: the value, the resource around it', () => {
    const expression =
      "$this.code = 'x' and %resource.status = 'final' and %rootResource.status = 'final'";
    expect(judge(expression, ['code', 'coding', 0], 'Coding')).toBe('holds');
    expect(environmentOf("%`vs-x-y` or %'ext-z'")).toMatchObject({
      'vs-x-y': 'http://hl7.org/fhir/ValueSet/x-y',
      'ext-z': 'http://hl7.org/fhir/StructureDefinition/ext-z'.replace('ext-z', 'z'),
    });
  });

  test('the function as() on collections is read as ofType(), the operator is not', () => {
    expect(withoutLegacyAs('a.as(uri) | b as uri | c.where(as(code))')).toBe(
      'a.ofType(uri) | b as uri | c.where(ofType(code))',
    );
  });

  test('limits: a thread that takes too long is ended, and the next question has a new one', async () => {
    const invariants = createInvariants(2_000);
    const list = `(${Array.from({ length: 60 }, (_, index) => String(index)).join('|')})`;
    const endless = `${list}.all(${list}.all(${list}.all(${list}.all(${list}.all($this >= 0)))))`;
    const ask = (expression: string) =>
      invariants.evaluate({
        resource: observation,
        evaluations: [{ expression, base: 'Observation', keys: [], resource: [], root: [] }],
        valueSets: {},
      });
    expect(await ask(endless)).toBeUndefined();
    expect(await ask('code.exists()')).toEqual(['holds']);
    await invariants.close();
  }, 60_000);
});
