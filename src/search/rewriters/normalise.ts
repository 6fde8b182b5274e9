import type { SearchExpression } from '../expression.ts';
import { canonicalKey } from './canonical-key.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/**
 * Flattens nested conjunctions and disjunctions, orders operands and drops repeated ones, so that searches that mean the
 * same because their parts are the same become equal.
 */
export function normalise(expression: SearchExpression): SearchExpression {
  const flat = rewriteOperands(expression, normalise);
  if (flat.kind !== 'and' && flat.kind !== 'or') return flat;
  const byKey = new Map(flat.operands.map((operand) => [canonicalKey(operand), operand]));
  const operands = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, operand]) => operand);
  const [only] = operands;
  return only !== undefined && operands.length === 1 ? only : { kind: flat.kind, operands };
}
