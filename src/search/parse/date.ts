import type { SearchExpression } from '../expression.ts';
import { splitComparator } from './comparator.ts';
import { dateInterval } from './date-interval.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

/**
 * A date of any precision with an optional prefix. `ap` widens it by its own precision on both sides, so that the
 * answer does not depend on the moment of asking: R4 leaves the approximation to the server.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#date
 */
export function parseDate({ name, param }: ValueContext, value: string): SearchExpression {
  const [comparator, text] = splitComparator(unescapeValue(value));
  // A plus sign that the client did not encode has become a space.
  const interval = dateInterval(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (interval === undefined) {
    throw invalidValue(
      name,
      'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD or a time with its zone',
    );
  }
  const margin = comparator === 'ap' ? interval.high - interval.low : 0;
  return {
    kind: 'date',
    param,
    comparator,
    low: interval.low - margin,
    high: interval.high + margin,
  };
}
