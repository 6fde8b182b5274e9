import { describe, expect, test } from '@jest/globals';
import { not } from '../../../../src/search/expression.ts';
import { pushNot } from '../../../../src/search/rewriters/push-not.ts';
import { where } from '../../../support/search.ts';

describe('push-not', () => {
  test('goes through conjunctions and disjunctions (De Morgan)', () => {
    expect(pushNot(not(where('Observation?code=a,b&status=final')))).toEqual({
      kind: 'or',
      operands: [
        {
          kind: 'and',
          operands: [not(where('Observation?code=a')), not(where('Observation?code=b'))],
        },
        not(where('Observation?status=final')),
      ],
    });
  });

  test('turns missing around', () => {
    expect(pushNot(not(where('Observation?code:missing=true')))).toEqual(
      where('Observation?code:missing=false'),
    );
  });

  test('stops at conditions on values: the resource without a value is not lost', () => {
    const equal = where('Observation?date=2024');
    expect(pushNot(not(equal))).toEqual(not(equal));
  });
});
