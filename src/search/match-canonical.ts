import type { QuantityExpression } from './expression.ts';
import type { QuantityValue } from './index-values.ts';
import { compareRange } from './range.ts';

/** A quantity in base units: only those of the same base units compare. */
export function matchesCanonical(
  expression: QuantityExpression,
  { canonical }: QuantityValue,
): boolean {
  if (canonical?.unit !== expression.canonical || canonical === undefined) return false;
  return compareRange(expression.comparator, canonical, expression, 'point');
}
