import { or, type SearchExpression } from '../../search/expression.ts';

/**
 * A condition on a parameter that is not indexed, as conditions on those that cover it
 * (`src/storage/covered-parameters.ts`); every other expression is returned as it is.
 */
export function byCovering(
  expression: SearchExpression,
  covered: ReadonlyMap<string, readonly string[]>,
): SearchExpression {
  if (covered.size === 0) return expression;
  switch (expression.kind) {
    case 'token':
    case 'token-text':
    case 'quantity':
    case 'number':
    case 'string': {
      const others = covered.get(expression.param);
      return others === undefined
        ? expression
        : or(...others.map((param) => ({ ...expression, param })));
    }
    case 'missing': {
      const others = covered.get(expression.param);
      if (others === undefined) return expression;
      const operands = others.map((param) => ({ ...expression, param }));
      return expression.missing ? { kind: 'and', operands } : or(...operands);
    }
    default:
      return expression;
  }
}
