import type { Comparator, SearchExpression } from '../expression.ts';
import type { Interval } from '../range.ts';
import { plus, type Rational, rational, times, toNumber } from '../ucum/rational.ts';
import { splitComparator } from './comparator.ts';
import { type ExactDecimal, parseExactDecimal, toInterval } from './decimal-interval.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

const TENTH = rational(1n, 10n);
const MINUS_TENTH = rational(-1n, 10n);

/**
 * A number with an optional prefix.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#number
 */
export function parseNumber({ name, param }: ValueContext, value: string): SearchExpression {
  const [comparator, text] = splitComparator(unescapeValue(value));
  const decimal = parseExactDecimal(text);
  if (decimal === undefined) throw invalidValue(name, 'a decimal number is expected');
  return { kind: 'number', param, comparator, ...searchedInterval(comparator, decimal) };
}

/**
 * The interval that a comparison asks about: the implicit precision for `eq` and `ne`, ten per cent around for `ap`,
 * the exact number for all others. All is computed exactly, in the unit asked for, and rounded once at the end.
 * @param convert turns the exact number into the one that is compared: another unit, or only the nearest double
 * @see https://hl7.org/fhir/R4/search.html#prefix
 */
export function searchedInterval(
  comparator: Comparator,
  decimal: ExactDecimal,
  convert: (value: Rational) => number = toNumber,
): Interval {
  switch (comparator) {
    case 'eq':
    case 'ne':
      return toInterval(decimal, convert);
    case 'ap': {
      const ends = around(decimal.value);
      const precision = toInterval(decimal, convert);
      return {
        low: Math.min(precision.low, ...ends.map(convert)),
        high: Math.max(precision.high, ...ends.map(convert)),
      };
    }
    case 'gt':
    case 'lt':
    case 'ge':
    case 'le':
    case 'sa':
    case 'eb': {
      const point = convert(decimal.value);
      return { low: point, high: point };
    }
  }
}

function around(value: Rational): readonly Rational[] {
  return [plus(value, times(value, TENTH)), plus(value, times(value, MINUS_TENTH))];
}
