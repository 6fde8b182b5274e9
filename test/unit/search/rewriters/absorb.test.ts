import { describe, expect, test } from '@jest/globals';
import { ALL, and, NONE, not, or } from '../../../../src/search/expression.ts';
import { absorb } from '../../../../src/search/rewriters/absorb.ts';
import { where } from '../../../support/search.ts';

const a = where('Observation?code=a');
const b = where('Observation?code=b');
const c = where('Observation?code=c');

describe('absorb', () => {
  test('the stronger condition remains of a conjunction, the weaker of a disjunction', () => {
    expect(absorb(and(a, or(a, b)))).toEqual(a);
    expect(absorb(or(a, and(a, b), c))).toEqual(or(a, c));
  });

  test('what is asked and denied at once is nothing, or everything', () => {
    expect(absorb(and(a, b, not(a)))).toEqual(NONE);
    expect(absorb(or(a, not(a)))).toEqual(ALL);
  });
});
