import type { Interval } from '../range.ts';
import { type Rational, rational, tenTimes, toNumber } from '../ucum/rational.ts';

const PATTERN = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A decimal as it was written. */
export interface Decimal extends Interval {
  readonly value: number;
}

/** A decimal and the ends of its implicit precision, exactly. */
export interface ExactDecimal {
  readonly value: Rational;
  readonly low: Rational;
  readonly high: Rational;
}

/**
 * A decimal with the half-open interval of its implicit precision: half a unit of the last digit to both sides, so that
 * `100` is [99.5, 100.5); with an exponent half a unit of the digit after it, because R4's example has `1e2` as
 * [95, 105). Undefined if it is not a decimal, or too large for a double.
 * @see https://hl7.org/fhir/R4/search.html#number
 */
export function parseExactDecimal(text: string): ExactDecimal | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`) * 100n;
  const half = exponent === undefined ? 50n : 5n;
  const scale = Number(exponent ?? 0) - fraction.length - 2;
  const at = (hundredths: bigint): Rational => tenTimes(rational(hundredths), scale);
  const exact = { value: at(digits), low: at(digits - half), high: at(digits + half) };
  const finite = Number.isFinite(toNumber(exact.low)) && Number.isFinite(toNumber(exact.high));
  return finite ? exact : undefined;
}

/** The same in doubles. */
export function parseDecimal(text: string): Decimal | undefined {
  const exact = parseExactDecimal(text);
  return exact && { value: toNumber(exact.value), ...toInterval(exact) };
}

/** An exact interval in doubles: where it is finer than they are, it still holds what lies in it. */
export function toInterval(
  { low: exactLow, high: exactHigh }: Omit<ExactDecimal, 'value'>,
  convert: (value: Rational) => number = toNumber,
): Interval {
  const low = convert(exactLow);
  const high = convert(exactHigh);
  return { low, high: high > low ? high : nextUp(low) };
}

function nextUp(value: number): number {
  return value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}
