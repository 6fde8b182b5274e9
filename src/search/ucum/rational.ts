/** An exact number: numerator and positive denominator, without a common factor. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** One. */
export const ONE: Rational = { numerator: 1n, denominator: 1n };

/** Digits of a quotient that is rounded to a double; 17 tell all doubles apart. */
const DIGITS = 40;

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The quotient of two whole numbers, reduced. @throws RangeError for a denominator of zero */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator < 0n) return rational(-numerator, -denominator);
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** The number that a decimal says, to its last digit; undefined if the text is none. */
export function rationalOf(text: string): Rational | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const magnitude = BigInt(`${whole}${fraction}`);
  return tenTimes(
    { numerator: sign === '-' ? -magnitude : magnitude, denominator: 1n },
    Number(exponent) - fraction.length,
  );
}

/** Product. */
export function times(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Sum. */
export function plus(a: Rational, b: Rational): Rational {
  return rational(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

/** A whole power, also a negative one. @throws RangeError for a negative power of zero */
export function power(base: Rational, exponent: number): Rational {
  const by = BigInt(Math.abs(exponent));
  return exponent < 0
    ? rational(base.denominator ** by, base.numerator ** by)
    : rational(base.numerator ** by, base.denominator ** by);
}

/** The number times a power of ten. */
export function tenTimes(value: Rational, exponent: number): Rational {
  const scale = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? rational(value.numerator, value.denominator * scale)
    : rational(value.numerator * scale, value.denominator);
}

/**
 * The nearest double. Equal numbers give the same double and a smaller one never a greater, so that comparisons of
 * rounded numbers are those of the exact ones, except within one step of a double.
 */
export function toNumber({ numerator, denominator }: Rational): number {
  if (denominator === 1n) return Number(numerator);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const shift = DIGITS - (String(magnitude).length - String(denominator).length);
  const scale = 10n ** BigInt(Math.abs(shift));
  const dividend = shift > 0 ? magnitude * scale : magnitude;
  const divisor = shift > 0 ? denominator : denominator * scale;
  const digits = String(dividend / divisor);
  // What is left makes the number a little greater than its digits.
  const rest = dividend % divisor === 0n ? '0' : '1';
  return Number(`${numerator < 0n ? '-' : ''}${digits}${rest}e${String(-shift - 1)}`);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [left, right] = [a, b];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
}
