import { describe, expect, test } from '@jest/globals';
import type { SearchParameterDefinition } from '../../../src/definitions/model.ts';
import { and, not, or, type SearchExpression } from '../../../src/search/expression.ts';
import { coveredParameters } from '../../../src/storage/covered-parameters.ts';
import { byCovering } from '../../../src/storage/search-sql/covered.ts';

function parameter(
  code: string,
  type: SearchParameterDefinition['type'],
  expression: string,
  more: Partial<SearchParameterDefinition> = {},
): SearchParameterDefinition {
  return { code, type, expression, targets: [], ...more } as SearchParameterDefinition;
}

const CODE = parameter('code', 'token', 'Observation.code');
const PART = parameter('component-code', 'token', 'Observation.component.code');
const COMBO = parameter('combo-code', 'token', 'Observation.code | Observation.component.code');

describe('parameters that others cover', () => {
  test('one that looks at what two others look at is found by them', () => {
    expect([...coveredParameters([COMBO, CODE, PART])]).toEqual([
      ['combo-code', ['code', 'component-code']],
    ]);
  });

  test('one that looks at more than the others is indexed itself', () => {
    expect(coveredParameters([COMBO, CODE]).size).toBe(0);
  });

  test('of two that look at the same elements one is indexed', () => {
    const name = parameter('name', 'string', 'Patient.name');
    const phonetic = parameter('phonetic', 'string', 'Patient.name');
    expect([...coveredParameters([phonetic, name])]).toEqual([['phonetic', ['name']]]);
  });

  test('what is covered does not cover others', () => {
    const again = parameter('zombo-code', 'token', COMBO.expression);
    expect([...coveredParameters([again, COMBO, CODE, PART]).values()]).toEqual([
      ['code', 'component-code'],
      ['code', 'component-code'],
    ]);
  });

  test.each([
    ['another kind', { ...PART, type: 'string' as const }],
    ['a stored parameter', { ...PART, custom: true }],
  ])('%s covers nothing', (_what, part) => {
    expect(coveredParameters([COMBO, CODE, part]).size).toBe(0);
  });

  test.each([
    ['references', 'reference', 'combo-code'],
    ['identifiers', 'token', 'identifier'],
  ] as const)('%s are always indexed', (_what, type, code) => {
    const parameters = [
      { ...COMBO, code, type },
      { ...CODE, type },
      { ...PART, type },
    ];
    expect(coveredParameters(parameters).size).toBe(0);
  });
});

describe('conditions on what others cover', () => {
  const covered = new Map([['combo-code', ['code', 'component-code']]]);
  const token = (param: string): SearchExpression => ({ kind: 'token', param, code: 'x' });
  const missing = (param: string, is: boolean): SearchExpression => ({
    kind: 'missing',
    param,
    missing: is,
  });

  test('a value is in one of them', () => {
    expect(byCovering(token('combo-code'), covered)).toEqual(
      or(token('code'), token('component-code')),
    );
  });

  test('a value is missing if it is missing in all', () => {
    expect(byCovering(missing('combo-code', true), covered)).toEqual(
      and(missing('code', true), missing('component-code', true)),
    );
    expect(byCovering(missing('combo-code', false), covered)).toEqual(
      or(missing('code', false), missing('component-code', false)),
    );
  });

  test('all else stays as it is', () => {
    for (const expression of [token('code'), not(token('combo-code'))])
      expect(byCovering(expression, covered)).toBe(expression);
  });
});
