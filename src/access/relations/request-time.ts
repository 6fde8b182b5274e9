import type { Clock } from '../../clock.ts';
import type { RangeExpression, SearchExpression } from '../../search/expression.ts';
import { rewriteOperands } from '../../search/rewriters/rewrite-operands.ts';

/** Name of the variable that stands for the instant of the request. */
export const NOW = 'now';

/** What stands for it while criteria are read: an instant that no policy means. */
export const NOW_PLACEHOLDER = '9998-12-30T23:59:58.987Z';

const PLACEHOLDER = Date.parse(NOW_PLACEHOLDER);

/** Farther from the placeholder than `ap` of an instant widens it. */
const NEAR = 1_000;

/**
 * Turns conditions that were read with the placeholder into conditions on the instant of asking. They keep their shape, so
 * that a policy is compiled once and its statements stay prepared, whatever time it is.
 */
export function atRequest(expression: SearchExpression, clock: Clock): SearchExpression {
  switch (expression.kind) {
    case 'date': {
      const low = expression.low - PLACEHOLDER;
      const high = expression.high - PLACEHOLDER;
      const moves = Math.abs(low) <= NEAR && Math.abs(high) <= NEAR;
      return moves ? movingRange(expression, { low, high }, clock) : expression;
    }
    case 'composite': {
      const components = expression.components.map((part) => atRequest(part, clock));
      return { ...expression, components };
    }
    default:
      return rewriteOperands(expression, (operand) => atRequest(operand, clock));
  }
}

/** A condition on a date whose ends are as far from now as told, in milliseconds. */
export function movingRange(
  { kind, param, comparator }: Pick<RangeExpression, 'kind' | 'param' | 'comparator'>,
  relative: { readonly low: number; readonly high: number },
  clock: Clock,
): RangeExpression {
  return {
    kind,
    param,
    comparator,
    relative,
    get low() {
      return clock.now() + relative.low;
    },
    get high() {
      return clock.now() + relative.high;
    },
  };
}

/** True if an expression holds a condition on the instant of asking. */
export function dependsOnTime(expression: SearchExpression): boolean {
  switch (expression.kind) {
    case 'date':
      return expression.relative !== undefined;
    case 'and':
    case 'or':
      return expression.operands.some(dependsOnTime);
    case 'composite':
      return expression.components.some(dependsOnTime);
    case 'not':
      return dependsOnTime(expression.operand);
    case 'chain':
    case 'has':
      return dependsOnTime(expression.where);
    default:
      return false;
  }
}
