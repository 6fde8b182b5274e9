import { dimensionText } from './measure.ts';
import { parseUnit } from './parse-unit.ts';
import {
  ONE,
  plus,
  power,
  type Rational,
  rational,
  rationalOf,
  times,
  toNumber,
} from './rational.ts';

/** System of UCUM units. */
export const UCUM = 'http://unitsofmeasure.org';

/** How a number in some unit becomes one in base units. */
export interface CanonicalUnit {
  /** The base units with exponents, such as `g.m-3`: only equal ones compare. */
  readonly unit: string;
  /** The exact number in base units, rounded to a double. */
  readonly convert: (value: Rational) => number;
  /** The same for a number that JSON has as a double: the decimal that it is written as. */
  readonly convertNumber: (value: number) => number;
}

/** Units that are remembered, those that are none among them; a deployment has some dozens. */
const CACHE_ENTRIES = 1_000;
const cache = new Map<string, CanonicalUnit | undefined>();

const KELVIN_AT_0_CEL = rational(27_315n, 100n);
const FIVE_NINTHS = rational(5n, 9n);

/** Special units that are linear in their unit after all: factor, and what is added after it. */
const LINEAR: ReadonlyMap<string, readonly [factor: Rational, offset: Rational]> = new Map([
  ['Cel', [ONE, KELVIN_AT_0_CEL]],
  ['[degF]', [FIVE_NINTHS, times(rational(45_967n, 100n), FIVE_NINTHS)]],
  ['[degRe]', [rational(5n, 4n), KELVIN_AT_0_CEL]],
]);

/**
 * The base units of a UCUM unit.
 * @returns undefined for a code that is no unit of UCUM, and for logarithmic units: they are compared as codes.
 * @see https://hl7.org/fhir/R4/search.html#quantity
 */
export function canonicalUnit(code: string): CanonicalUnit | undefined {
  const known = cache.get(code);
  if (known !== undefined || cache.has(code)) return known;
  const unit = canonicalUnitOf(code);
  if (cache.size >= CACHE_ENTRIES) cache.clear();
  cache.set(code, unit);
  return unit;
}

function canonicalUnitOf(code: string): CanonicalUnit | undefined {
  const linear = LINEAR.get(code);
  if (linear !== undefined) return affine('K', ...linear);
  const measure = parseUnit(code);
  if (measure === undefined) return undefined;
  const unit = dimensionText(measure);
  const exponent = powerOfTen(measure.factor);
  const general = affine(unit, measure.factor);
  if (exponent === undefined) return general;
  return {
    ...general,
    convertNumber: (value) => {
      if (exponent === 0) return value;
      const text = String(value);
      // Moving the decimal point is exact, and needs no arithmetic.
      return text.includes('e') ? general.convertNumber(value) : Number(`${text}e${exponent}`);
    },
  };
}

function affine(unit: string, factor: Rational, offset?: Rational): CanonicalUnit {
  const convert = (value: Rational): number => {
    const product = times(value, factor);
    return toNumber(offset === undefined ? product : plus(product, offset));
  };
  return {
    unit,
    convert,
    convertNumber: (value) => {
      const exact = rationalOf(String(value));
      return exact === undefined ? value : convert(exact);
    },
  };
}

function powerOfTen(factor: Rational): number | undefined {
  const large = String(factor.numerator);
  const small = String(factor.denominator);
  const exponent = large.length - small.length;
  const same = power(rational(10n), exponent);
  return same.numerator === factor.numerator && same.denominator === factor.denominator
    ? exponent
    : undefined;
}
