import type { SearchExpression } from '../expression.ts';
import { absorb } from './absorb.ts';
import { factor } from './factor.ts';
import { mergeIds } from './merge-ids.ts';
import { normalise } from './normalise.ts';
import { pushNot } from './push-not.ts';

/** All rewriters that keep the meaning, in the order in which they help one another. */
export function simplify(expression: SearchExpression): SearchExpression {
  const absorbed = absorb(normalise(mergeIds(pushNot(expression))));
  // What was taken out of alternatives leaves others behind, among them ids.
  return normalise(mergeIds(factor(absorbed)));
}
