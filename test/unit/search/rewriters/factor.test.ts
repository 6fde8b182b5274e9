import { describe, expect, test } from '@jest/globals';
import { and, or, type SearchExpression } from '../../../../src/search/expression.ts';
import { canonicalKey } from '../../../../src/search/rewriters/canonical-key.ts';
import { factor } from '../../../../src/search/rewriters/factor.ts';
import { simplify } from '../../../../src/search/rewriters/simplify.ts';
import { where } from '../../../support/search.ts';

const a = where('Observation?code=a');
const b = where('Observation?code=b');
const c = where('Observation?code=c');
const d = where('Observation?status=final');

describe('factor', () => {
  test('what alternatives share stands once', () => {
    expect(factor(or(and(a, d), and(b, d), c))).toEqual(or(and(d, or(a, b)), c));
    expect(factor(or(and(a, b), and(c, d)))).toEqual(or(and(a, b), and(c, d)));
  });

  test('what most of them share comes first, and the rest is looked at again', () => {
    const shared = factor(or(and(a, b, d), and(a, c, d), and(d, c), and(a, b)));
    expect(shared).toEqual(or(and(a, or(and(d, or(b, c)), b)), and(d, c)));
  });

  test('hundreds of entries with one relation ask for it once', () => {
    const relation: SearchExpression = {
      kind: 'chain',
      param: 'patient',
      target: 'Patient',
      where: { kind: 'has', source: 'CareTeam', param: 'patient', where: d },
    };
    const entries = Array.from({ length: 500 }, (_, n) =>
      and(relation, where(`Observation?code=c${String(n)}`)),
    );
    const text = canonicalKey(simplify(or(...entries)));
    expect(text.split('"CareTeam"')).toHaveLength(2);
  });
});
