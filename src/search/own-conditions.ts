import type { SearchExpression } from './expression.ts';

/** Kinds of expressions that look at the resource itself and at nothing beside it. */
const OWN: ReadonlySet<string> = new Set([
  'all',
  'none',
  'id',
  'token',
  'token-text',
  'reference',
  'string',
  'uri',
  'date',
  'number',
  'quantity',
  'composite',
  'missing',
  'compartment',
] satisfies SearchExpression['kind'][]);

/** True if an expression can be judged by the resource alone: without chains, terminology, or a text index. */
export function isOwnCondition(expression: SearchExpression): boolean {
  if (expression.kind === 'and' || expression.kind === 'or')
    return expression.operands.every(isOwnCondition);
  if (expression.kind === 'not') return isOwnCondition(expression.operand);
  return OWN.has(expression.kind);
}
