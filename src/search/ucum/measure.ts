import { ONE, power, type Rational, times } from './rational.ts';

/** A unit as a product of base units. */
export interface Measure {
  readonly factor: Rational;
  /** Base unit to its exponent, never 0. */
  readonly dimensions: ReadonlyMap<string, number>;
}

/** The unit one. */
export const UNITY: Measure = { factor: ONE, dimensions: new Map() };

/** Digits of a factor: beyond them no unit means anything. */
const MAX_DIGITS = 10n ** 300n;

/** The product with a power of another unit; undefined where it becomes too large or too small for a number. */
export function multiply(a: Measure, b: Measure, exponent = 1): Measure | undefined {
  const factor = times(a.factor, power(b.factor, exponent));
  if (factor.numerator > MAX_DIGITS || factor.denominator > MAX_DIGITS) return undefined;
  const dimensions = new Map(a.dimensions);
  for (const [base, count] of b.dimensions) {
    const sum = (dimensions.get(base) ?? 0) + count * exponent;
    if (sum === 0) dimensions.delete(base);
    else dimensions.set(base, sum);
  }
  return { factor, dimensions };
}

/** The base units with their exponents, in one order: equal texts compare with each other. */
export function dimensionText({ dimensions }: Measure): string {
  if (dimensions.size === 0) return '1';
  return [...dimensions]
    .map(([base, exponent]) => `${base}${exponent === 1 ? '' : String(exponent)}`)
    .sort()
    .join('.');
}
