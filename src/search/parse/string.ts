import type { SearchExpression } from '../expression.ts';
import { normalizeString } from '../index-values.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { MAX_STRING_LENGTH } from './limits.ts';
import type { ValueContext } from './value-context.ts';

/**
 * A text: the stored one starts with it, or with a modifier contains it or is exactly it.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#string
 */
export function parseString(
  { name, param, modifier }: ValueContext,
  value: string,
): SearchExpression {
  const text = unescapeValue(value);
  const searched = modifier === 'exact' ? text : normalizeString(text);
  // Nothing but spaces or accents would otherwise match every resource.
  if (searched === '') throw invalidValue(name, 'a text is expected');
  if (searched.length > MAX_STRING_LENGTH) {
    throw invalidValue(name, `it is longer than ${MAX_STRING_LENGTH} characters`);
  }
  const mode = modifier === 'exact' || modifier === 'contains' ? modifier : 'starts';
  return { kind: 'string', param, mode, value: searched };
}
