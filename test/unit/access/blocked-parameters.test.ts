import { describe, expect, test } from '@jest/globals';
import { blockedParameters } from '../../../src/access/blocked/blocked-parameters.ts';
import { touches, viewBlocks } from '../../../src/access/blocked/rule-blocks.ts';
import type { PolicyRule } from '../../../src/access/policy.ts';
import type { FieldView } from '../../../src/access/view/field-view.ts';
import { ALL } from '../../../src/search/expression.ts';
import { testDefinitions } from '../../support/definitions.ts';

const definitions = testDefinitions(
  [
    ['Patient', 'birthdate', 'date', 'Patient.birthDate'],
    ['Patient', 'name', 'string', 'Patient.name'],
    ['Patient', 'family', 'string', 'Patient.name.family'],
    ['Patient', 'identifier', 'token', 'Patient.identifier'],
    ['Patient', 'phone', 'token', "Patient.telecom.where(system = 'phone')"],
    ['Patient', 'deceased', 'token', 'Patient.deceased.exists() and Patient.deceased != false'],
    ['Patient', 'link', 'reference', 'Patient.link.other', 'Patient'],
    ['Patient', 'religion', 'string', "Patient.extension('urn:religion').value"],
    ['Patient', 'tribe', 'token', "Patient.extension.where(url = 'urn:tribe').value as Coding"],
    ['Patient', 'born', 'date', "Patient.birthDate.extension('urn:time').value"],
    ['Patient', 'strange', 'token', 'Patient.name.select(given + family)'],
    ['Patient', '_tag', 'token', 'Patient.meta.tag'],
    ['Observation', 'code', 'token', 'Observation.code'],
    ['Observation', 'subject', 'reference', 'Observation.subject', 'Patient'],
    [
      'Observation',
      'patient',
      'reference',
      'Observation.subject.where(resolve() is Patient)',
      'Patient',
    ],
    ['Observation', 'value-quantity', 'quantity', '(Observation.value as Quantity)'],
    ['Observation', 'value-string', 'string', 'Observation.value.ofType(string)'],
    ['Observation', 'either', 'token', 'Observation.code | Observation.component.code'],
  ],
  { Observation: ['subject'] },
);

const view = (hidden: readonly string[], more: Partial<FieldView> = {}): FieldView => ({
  hidden,
  masks: [],
  blockedParameters: [],
  ...more,
});

/** The names of a type that a view blocks, of those given. */
function blockedOf(type: string, hidden: readonly string[], more: Partial<FieldView> = {}) {
  return [...definitions.searchParameters(type).keys()].filter((code) =>
    viewBlocks(definitions, type, view(hidden, more), code),
  );
}

const pathsOf = (type: string, name: string): readonly string[] =>
  touches(definitions, type, name).map((path) =>
    path.map(({ names, url }) => names.join('/') + (url === undefined ? '' : `(${url})`)).join('.'),
  );

describe('what a search parameter looks at', () => {
  test.each([
    ['Patient', 'family', ['name.family']],
    ['Patient', 'identifier', ['identifier.value', 'identifier.system']],
    ['Patient', 'identifier:of-type', ['identifier.type', 'identifier.value']],
    ['Patient', 'phone', ['telecom.system', 'telecom.value', 'telecom.system']],
    ['Patient', 'religion', ['extension(urn:religion).value/valueString']],
    ['Observation', 'code', ['code.coding.code', 'code.coding.system']],
    ['Observation', 'code:text', ['code.coding.display', 'code.text']],
    ['Observation', 'subject', ['subject.reference']],
    ['Observation', 'subject:identifier', ['subject.identifier']],
    ['Observation', 'patient', ['subject.reference', 'subject.type', 'subject.reference']],
    ['Observation', 'value-quantity', ['value/valueQuantity']],
    ['Observation', '_compartment', ['subject.reference']],
  ])('%s.%s', (type, name, paths) => {
    expect(pathsOf(type, name)).toEqual(expect.arrayContaining(paths));
  });

  test('an expression that cannot be read, and a parameter that is not there, look at everything', () => {
    expect(pathsOf('Patient', 'strange')).toEqual(['']);
    expect(pathsOf('Patient', 'nonsense')).toEqual(['']);
  });
});

describe('[R-040] a parameter is blocked by what is hidden or masked at, above or below what it looks at', () => {
  test.each([
    ['Patient', ['birthDate'], ['birthdate', 'born', 'strange']],
    ['Patient', ['name'], ['name', 'family', 'strange']],
    ['Patient', ['name.family'], ['name', 'family', 'strange']],
    ['Patient', ['name.given'], ['name', 'strange']],
    ['Patient', ['telecom.system'], ['phone', 'strange']],
    ['Patient', ['telecom.use'], ['strange']],
    ['Patient', ['deceased'], ['deceased', 'strange']],
    ['Patient', ['deceasedBoolean'], ['deceased', 'strange']],
    ['Patient', ['link'], ['link', 'strange']],
    ['Patient', ["extension('urn:religion')"], ['religion', 'strange']],
    ['Patient', ['extension'], ['religion', 'tribe', 'strange']],
    ['Patient', ["birthDate.extension('urn:time')"], ['birthdate', 'born', 'strange']],
    ['Patient', ['meta.tag'], ['strange', '_tag']],
    ['Observation', ['value'], ['value-quantity', 'value-string']],
    ['Observation', ['value[x]'], ['value-quantity', 'value-string']],
    ['Observation', ['valueQuantity'], ['value-quantity']],
    ['Observation', ['valueQuantity.unit'], ['value-quantity']],
    ['Observation', ['component.code'], ['either']],
    ['Observation', ['code.text'], []],
    ['Observation', ['subject.display'], []],
    ['Observation', ['subject'], ['subject', 'patient']],
  ])('%s without %s', (type, hidden, blocked) => {
    expect([...blockedOf(type, hidden)].sort()).toEqual([...blocked].sort());
  });

  test('a masked element blocks like a hidden one, a named parameter only itself', () => {
    const masks = [{ path: 'birthDate', kind: 'year' }] as const;
    expect(blockedOf('Patient', [], { masks })).toContain('birthdate');
    expect(blockedOf('Patient', [], { blockedParameters: ['identifier'] })).toEqual(['identifier']);
  });

  test('the words and the moment of change of a resource are blocked with anything', () => {
    const names = ['_lastUpdated', '_text', '_content'];
    const blocked = (some: FieldView): readonly string[] =>
      names.filter((name) => viewBlocks(definitions, 'Patient', some, name));
    expect(blocked(view(['photo']))).toEqual(names);
    expect(blocked(view([], { blockedParameters: ['identifier'] }))).toEqual(['_text', '_content']);
  });
});

describe('[R-144] what a policy blocks is listed with the rules', () => {
  const rule = (id: string, own?: FieldView): PolicyRule => ({
    id,
    interactions: new Set(['search', 'read']),
    where: ALL,
    ...(own === undefined ? {} : { view: own }),
  });
  const policyOf = (rules: Readonly<Record<string, readonly PolicyRule[]>>) => ({
    rules: (type: string) => rules[type] ?? [],
  });

  test('also where only a modifier is blocked, and where another type hides the target', () => {
    const policy = policyOf({
      Patient: [rule('p#0', view(['identifier.type']))],
      Observation: [rule('p#1', view(['code.text']))],
    });
    expect(blockedParameters(definitions, policy, 'Patient')).toEqual(
      expect.arrayContaining([
        { parameter: 'identifier:text', rules: ['p#0'] },
        { parameter: 'identifier:of-type', rules: ['p#0'] },
      ]),
    );
    const observation = blockedParameters(definitions, policy, 'Observation');
    expect(observation).toEqual(
      expect.arrayContaining([
        { parameter: 'code:text', rules: ['p#1'] },
        { parameter: 'subject:identifier', rules: ['p#0'] },
        { parameter: '_lastUpdated', rules: ['p#1', 'p#0'] },
      ]),
    );
    expect(observation.map(({ parameter }) => parameter)).not.toContain('subject');
  });

  test('a policy that hides nothing blocks nothing', () => {
    const policy = policyOf({ Patient: [rule('p#0')], Observation: [rule('p#1')] });
    expect(blockedParameters(definitions, policy, 'Patient')).toEqual([]);
    expect(blockedParameters(definitions, policy, 'Observation')).toEqual([]);
  });
});
