import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SearchExpression } from '../../../../src/search/expression.ts';
import { matches } from '../../../../src/search/match.ts';
import { absorb } from '../../../../src/search/rewriters/absorb.ts';
import { canonicalKey } from '../../../../src/search/rewriters/canonical-key.ts';
import { mergeIds } from '../../../../src/search/rewriters/merge-ids.ts';
import { normalise } from '../../../../src/search/rewriters/normalise.ts';
import { pushNot } from '../../../../src/search/rewriters/push-not.ts';
import { simplify } from '../../../../src/search/rewriters/simplify.ts';
import {
  indexedResource,
  OBSERVATION,
  RISK_ASSESSMENT,
  searchExpression,
} from '../../../support/search-arbitraries.ts';

const REWRITERS = { normalise, pushNot, mergeIds, absorb, simplify };

describe.each(Object.entries(REWRITERS))('%s', (_name, rewrite) => {
  test.each([OBSERVATION, RISK_ASSESSMENT])(
    'keeps the meaning for every resource ($type)',
    (universe) => {
      fc.assert(
        fc.property(
          searchExpression(universe),
          fc.array(indexedResource(universe), { minLength: 3, maxLength: 8 }),
          (expression, resources) => {
            const rewritten = rewrite(expression);
            for (const resource of resources) {
              expect(matches(rewritten, resource)).toBe(matches(expression, resource));
            }
          },
        ),
        { numRuns: 1500 },
      );
    },
  );

  test('does nothing more the second time', () => {
    fc.assert(
      fc.property(searchExpression(OBSERVATION), (expression) => {
        const once = rewrite(expression);
        if (rewrite !== simplify && rewrite !== absorb) expect(rewrite(once)).toEqual(once);
        expect(size(rewrite(once))).toBeLessThanOrEqual(size(once));
      }),
      { numRuns: 1000 },
    );
  });
});

function size(expression: SearchExpression): number {
  return canonicalKey(expression).length;
}
