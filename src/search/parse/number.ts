import type { Comparator, SearchExpression } from '../expression.ts';
import type { Interval } from '../range.ts';
import { splitComparator } from './comparator.ts';
import { type Decimal, parseDecimal } from './decimal-interval.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

/**
 * A number with an optional prefix.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#number
 */
export function parseNumber({ name, param }: ValueContext, value: string): SearchExpression {
  const [comparator, text] = splitComparator(unescapeValue(value));
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw invalidValue(name, 'a decimal number is expected');
  return { kind: 'number', param, comparator, ...searchedInterval(comparator, decimal) };
}

/**
 * The interval that a comparison asks about: the implicit precision for `eq` and `ne`, ten per cent around for `ap`,
 * the exact number for all others.
 * @see https://hl7.org/fhir/R4/search.html#prefix
 */
export function searchedInterval(comparator: Comparator, { value, low, high }: Decimal): Interval {
  switch (comparator) {
    case 'eq':
    case 'ne':
      return { low, high };
    case 'ap': {
      const margin = Math.abs(value) / 10;
      return { low: Math.min(low, value - margin), high: Math.max(high, value + margin) };
    }
    case 'gt':
    case 'lt':
    case 'ge':
    case 'le':
    case 'sa':
    case 'eb':
      return { low: value, high: value };
  }
}
