import { and, NONE, not, or, type SearchExpression } from '../expression.ts';

/**
 * The expression with each direct operand rewritten; leaves stay as they are.
 * @param behind rewrites what stands behind a chain, a condition on resources of another type; `rewrite` unless told
 */
export function rewriteOperands(
  expression: SearchExpression,
  rewrite: (operand: SearchExpression) => SearchExpression,
  behind: (type: string, where: SearchExpression) => SearchExpression = (_type, where) =>
    rewrite(where),
): SearchExpression {
  switch (expression.kind) {
    case 'and':
      return and(...expression.operands.map(rewrite));
    case 'or':
      return or(...expression.operands.map(rewrite));
    case 'not':
      return not(rewrite(expression.operand));
    case 'chain':
    case 'has': {
      const type = expression.kind === 'chain' ? expression.target : expression.source;
      const where = behind(type, expression.where);
      // No resource, no reference to it.
      return where.kind === 'none' ? NONE : { ...expression, where };
    }
    default:
      return expression;
  }
}
