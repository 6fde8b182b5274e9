import { describe, expect, test } from '@jest/globals';
import { keepLocked } from '../../../../src/access/write/keep-locked.ts';
import { lockedElements } from '../../../../src/access/write/locked-elements.ts';
import { pairItems } from '../../../../src/access/write/pair-items.ts';
import { restraintsAmong } from '../../../../src/access/write/restraints.ts';
import { constraintEngine } from '../../../../src/fhirpath/constraint.ts';
import { canonicalJson, sameJson } from '../../../../src/json/canonical.ts';
import { parseExact } from '../../../../src/json/exact.ts';
import { ALL } from '../../../../src/search/expression.ts';
import { testDefinitions } from '../../../support/definitions.ts';

const definitions = testDefinitions();
type Members = Readonly<Record<string, unknown>>;

function keep(
  type: string,
  readonlyFields: readonly string[],
  shown: Members | undefined,
  sent: Members,
) {
  const locks = lockedElements(definitions, type, { readonlyFields });
  if (locks === undefined) throw new Error('nothing is locked');
  const kept = keepLocked(locks, shown, sent);
  return 'broken' in kept ? kept.broken.path : kept.kept;
}

describe('JSON that is the same to the last digit', () => {
  test.each([
    ['{"a":1.10}', '{"a":1.1}', false],
    ['{"a":1.10,"b":[null,"x"]}', '{"b":[null,"x"],"a":1.10}', true],
    ['[1,2]', '[2,1]', false],
    ['{"a":"1"}', '{"a":1}', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameJson(parseExact(a).exact, parseExact(b).exact)).toBe(same);
  });

  test('what is undefined is not there', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });
});

describe('items of lists stand for each other', () => {
  test.each([
    [
      'by id, wherever they are',
      [{ id: 'a', x: 1 }, { id: 'b' }],
      [{ id: 'b', x: 2 }, { id: 'a' }],
      [1, 0],
    ],
    ['by being the same', [{ x: 1 }, { x: 2 }], [{ x: 2 }, { x: 1 }, { x: 3 }], [1, 0, undefined]],
    ['else in order', [{ x: 1 }, { x: 2 }, { x: 3 }], [{ x: 4 }, { x: 2 }, { x: 5 }], [0, 1, 2]],
    ['never with another id', [{ id: 'a' }], [{ id: 'b' }], [undefined]],
    ['each once', [{ x: 1 }], [{ x: 1 }, { x: 1 }], [0, undefined]],
  ])('%s', (_how, shown, sent, partners) => {
    expect(pairItems(shown, sent)).toEqual(partners);
  });
});

describe('an element that cannot be changed', () => {
  const shown = {
    resourceType: 'Patient',
    birthDate: '1970',
    _birthDate: { id: 'd' },
    gender: 'x',
  };

  test('[R-038] is put back where it is left out, with what stands beside it', () => {
    expect(keep('Patient', ['birthDate'], shown, { resourceType: 'Patient' })).toEqual({
      resourceType: 'Patient',
      birthDate: '1970',
      _birthDate: { id: 'd' },
    });
  });

  test.each([
    ['another value', ['birthDate'], { birthDate: '1971' }, 'birthDate'],
    [
      'another id beside it',
      ['birthDate'],
      { birthDate: '1970', _birthDate: { id: 'e' } },
      'birthDate',
    ],
    ['a value where there is none', ['active'], { active: true }, 'active'],
    ['another type of the choice', ['deceased'], { deceasedBoolean: true }, 'deceased'],
    [
      'its extension',
      ["birthDate.extension('urn:x')"],
      { birthDate: '1970', _birthDate: { extension: [{ url: 'urn:x', valueString: 'a' }] } },
      "birthDate.extension('urn:x')",
    ],
  ])('[R-038] refuses %s', (_what, paths, sent, broken) => {
    expect(keep('Patient', paths, shown, { resourceType: 'Patient', ...sent })).toBe(broken);
  });

  test('[R-038] keeps the digits of a decimal', () => {
    const before = parseExact('{"valueQuantity":{"value":1.10,"unit":"g"}}').exact as Members;
    const after = parseExact('{"valueQuantity":{"value":1.1,"unit":"g"}}').exact as Members;
    expect(keep('Observation', ['value.value'], before, after)).toBe('value.value');
    expect(keep('Observation', ['value.value'], before, before)).toEqual(before);
    expect(keep('Observation', ['valueQuantity'], before, { valueString: 'x' })).toBe(
      'valueQuantity',
    );
  });

  test('[R-038] goes with the item of a list that holds it, and comes with none', () => {
    const list = {
      name: [
        { use: 'a', family: 'A' },
        { use: 'b', family: 'B' },
      ],
    };
    expect(keep('Patient', ['name.family'], list, { name: [{ use: 'b', family: 'B' }] })).toEqual({
      name: [{ use: 'b', family: 'B' }],
    });
    expect(keep('Patient', ['name.family'], list, { name: [...list.name, { family: 'C' }] })).toBe(
      'name.family',
    );
    expect(keep('Patient', ['name.family'], list, { name: [{ use: 'a' }, { use: 'c' }] })).toEqual({
      name: [
        { use: 'a', family: 'A' },
        { use: 'c', family: 'B' },
      ],
    });
  });

  test('[R-038] that is an extension is told by its URL, whatever stands around it', () => {
    const own = { url: 'urn:x', valueString: 'a' };
    const list = { extension: [own, { url: 'urn:y', valueString: 'b' }] };
    const path = "extension('urn:x')";
    expect(
      keep('Patient', [path], list, { extension: [{ url: 'urn:y', valueString: 'b' }] }),
    ).toEqual(list);
    expect(keep('Patient', [path], list, {})).toEqual({ extension: [own] });
    expect(keep('Patient', [path], list, { extension: [{ url: 'urn:x', valueString: 'c' }] })).toBe(
      path,
    );
    expect(keep('Patient', [path], undefined, { extension: [own] })).toBe(path);
  });
});

describe('rules that restrain alike', () => {
  test('are one restraint; those that restrain nothing come first', () => {
    const rule = (id: string, more: object) => ({
      id,
      interactions: new Set<never>(),
      where: ALL,
      ...more,
    });
    const restraints = restraintsAmong(definitions, 'Patient', [
      rule('a', { readonlyFields: ['gender'] }),
      rule('b', {}),
      rule('c', { readonlyFields: ['gender'] }),
      rule('d', { writeConstraint: ['true'] }),
    ]);
    expect(restraints.map(({ rules }) => rules.map(({ id }) => id))).toEqual([
      ['b'],
      ['a', 'c'],
      ['d'],
    ]);
  });
});

describe('a constraint on writes', () => {
  const satisfied = constraintEngine();
  const before = { resourceType: 'Patient', gender: 'female', name: [{ family: 'A' }] };

  test.each([
    ['%before.gender = %after.gender', before, true],
    ["%after.gender = 'male'", before, false],
    ['%after.name', before, false],
    ['%after.photo = %before.photo', before, false],
    ['1 +', before, false],
    ["%after.name.family.toInteger() + 'x'", before, false],
    ['%after.empty()', undefined, true],
    ['%before.exists() and gender.exists()', before, true],
  ])('%s', (expression, after, expected) => {
    expect(satisfied({ constraints: [expression], before, after })).toBe(expected);
    expect(satisfied({ constraints: ['true', expression], before, after })).toBe(expected);
  });
});
