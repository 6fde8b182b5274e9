import type { SearchExpression } from '../expression.ts';
import { splitComparator } from './comparator.ts';
import { parseDecimal } from './decimal-interval.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { searchedInterval } from './number.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `number`, `number|system|code` or `number||code`, with an optional prefix.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#quantity
 */
export function parseQuantity({ name, param }: ValueContext, value: string): SearchExpression {
  const parts = splitUnescaped(value, '|').map(unescapeValue);
  const [amount = '', system = '', unit = ''] = parts;
  if (parts.length !== 1 && (parts.length !== 3 || unit === '')) {
    throw invalidValue(name, 'number, number|system|code or number||code is expected');
  }
  const [comparator, text] = splitComparator(amount);
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw invalidValue(name, 'a decimal number is expected');
  return {
    kind: 'quantity',
    param,
    comparator,
    ...searchedInterval(comparator, decimal),
    ...(system === '' ? {} : { system }),
    ...(unit === '' ? {} : { unit }),
  };
}
