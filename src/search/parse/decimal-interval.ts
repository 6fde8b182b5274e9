import type { Interval } from '../range.ts';

const PATTERN = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A decimal as it was written. */
export interface Decimal extends Interval {
  readonly value: number;
}

/**
 * A decimal with the half-open interval of its implicit precision: half a unit of the last digit to both sides, so that
 * `100` is [99.5, 100.5); with an exponent half a unit of the digit after it, because R4's example has `1e2` as
 * [95, 105). The ends are computed on the digits, not on the binary number. Undefined if it is not a decimal, or too
 * large for one.
 * @see https://hl7.org/fhir/R4/search.html#number
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`) * 100n;
  const half = exponent === undefined ? 50n : 5n;
  const scale = Number(exponent ?? 0) - fraction.length - 2;
  const value = Number(text);
  const low = Number(`${digits - half}e${scale}`);
  const high = Number(`${digits + half}e${scale}`);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return { value, low, high: high > low ? high : nextUp(low) };
}

/** A number a little above: where the precision is finer than a double, the interval still has to hold its value. */
function nextUp(value: number): number {
  return value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}
