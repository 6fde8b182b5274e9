import type { CompiledPolicy } from '../../access/policy.ts';
import { and, type SearchExpression } from '../expression.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/**
 * Puts the caller's own search policy behind every hop of a chain, forwards and backwards. What the caller may not search
 * is, behind a chain, as if it were not there: no error and no match, whatever the reason. So a chain answers nothing that
 * searching the target type would not answer.
 */
export function guardLinks(
  expression: SearchExpression,
  policy: Pick<CompiledPolicy, 'where'>,
): SearchExpression {
  return rewriteOperands(expression, (operand) => guardLinks(operand, policy), behind);

  function behind(type: string, where: SearchExpression): SearchExpression {
    return and(guardLinks(where, policy), policy.where(type, 'search'));
  }
}
