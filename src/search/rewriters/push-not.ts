import { and, not, or, type SearchExpression } from '../expression.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/**
 * Moves negations down to the leaves (De Morgan), and into `missing`. It stops there: the negation of a condition on
 * values holds for resources without any value too, so `not (x = 1)` is not `x != 1`.
 */
export function pushNot(expression: SearchExpression): SearchExpression {
  return expression.kind === 'not'
    ? negate(expression.operand)
    : rewriteOperands(expression, pushNot);
}

function negate(expression: SearchExpression): SearchExpression {
  switch (expression.kind) {
    case 'and':
      return or(...expression.operands.map(negate));
    case 'or':
      return and(...expression.operands.map(negate));
    case 'not':
      return pushNot(expression.operand);
    case 'missing':
      return { ...expression, missing: !expression.missing };
    case 'all':
    case 'none':
    case 'id':
    case 'token':
    case 'reference':
    case 'string':
    case 'uri':
    case 'date':
    case 'number':
    case 'quantity':
    case 'token-text':
    case 'token-set':
    case 'composite':
    case 'text':
    case 'compartment':
    case 'chain':
    case 'has':
      // What stands behind a chain is simplified on its own.
      return not(rewriteOperands(expression, pushNot));
  }
}
