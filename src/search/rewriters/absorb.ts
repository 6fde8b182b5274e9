import { ALL, and, NONE, or, type SearchExpression } from '../expression.ts';
import { canonicalKey } from './canonical-key.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/**
 * Drops what another operand already says: `a and (a or b)` is `a`, `a or (a and b)` is `a`; and sees contradictions:
 * `a and not a` is nothing, `a or not a` is everything. Policies make such shapes: each of several rules repeats the
 * compartment. Expects a normalised expression.
 */
export function absorb(expression: SearchExpression): SearchExpression {
  const inner = rewriteOperands(expression, absorb);
  if (inner.kind !== 'and' && inner.kind !== 'or') return inner;
  const keys = new Set(inner.operands.map(canonicalKey));
  const contradicted = inner.operands.some(
    (operand) => operand.kind === 'not' && keys.has(canonicalKey(operand.operand)),
  );
  const dual = inner.kind === 'and' ? 'or' : 'and';
  if (contradicted) return inner.kind === 'and' ? NONE : ALL;
  const kept = inner.operands.filter(
    (operand) =>
      operand.kind !== dual ||
      !operand.operands.some((alternative) => keys.has(canonicalKey(alternative))),
  );
  return inner.kind === 'and' ? and(...kept) : or(...kept);
}
