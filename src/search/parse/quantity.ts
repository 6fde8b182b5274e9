import type { SearchExpression } from '../expression.ts';
import { canonicalUnit, UCUM } from '../ucum/canonical.ts';
import { splitComparator } from './comparator.ts';
import { parseExactDecimal } from './decimal-interval.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { searchedInterval } from './number.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `number`, `number|system|code` or `number||code`, with an optional prefix. A unit of UCUM asks about base units, so that
 * `0.0054|http://unitsofmeasure.org|g` finds 5.4 mg; any other unit is compared as a code.
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
  const decimal = parseExactDecimal(text);
  if (decimal === undefined) throw invalidValue(name, 'a decimal number is expected');
  const canonical = system === UCUM ? canonicalUnit(unit) : undefined;
  const leaf = { kind: 'quantity', param, comparator } as const;
  if (canonical !== undefined) {
    const interval = searchedInterval(comparator, decimal, canonical.convert);
    return { ...leaf, ...interval, canonical: canonical.unit };
  }
  return {
    ...leaf,
    ...searchedInterval(comparator, decimal),
    ...(system === '' ? {} : { system }),
    ...(unit === '' ? {} : { unit }),
  };
}
