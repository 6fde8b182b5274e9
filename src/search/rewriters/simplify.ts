import type { SearchExpression } from '../expression.ts';
import { absorb } from './absorb.ts';
import { mergeIds } from './merge-ids.ts';
import { normalise } from './normalise.ts';
import { pushNot } from './push-not.ts';

/** All rewriters that keep the meaning, in the order in which they help one another. */
export function simplify(expression: SearchExpression): SearchExpression {
  return absorb(normalise(mergeIds(pushNot(expression))));
}
