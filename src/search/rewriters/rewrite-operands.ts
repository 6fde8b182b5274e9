import { and, not, or, type SearchExpression } from '../expression.ts';

/** The expression with each direct operand rewritten; leaves stay as they are. */
export function rewriteOperands(
  expression: SearchExpression,
  rewrite: (operand: SearchExpression) => SearchExpression,
): SearchExpression {
  switch (expression.kind) {
    case 'and':
      return and(...expression.operands.map(rewrite));
    case 'or':
      return or(...expression.operands.map(rewrite));
    case 'not':
      return not(rewrite(expression.operand));
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
    case 'missing':
    case 'compartment':
      return expression;
  }
}
