import type { SearchExpression } from '../expression.ts';
import { normalizeString } from '../index-values.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { MAX_STRING_LENGTH } from './limits.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `:text` on a token: part of a display, of the text of a concept, or of the type of an identifier.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function parseTokenText({ name, param }: ValueContext, value: string): SearchExpression {
  const text = normalizeString(unescapeValue(value));
  if (text === '') throw invalidValue(name, 'a text is expected');
  if (text.length > MAX_STRING_LENGTH) {
    throw invalidValue(name, `it is longer than ${MAX_STRING_LENGTH} characters`);
  }
  return { kind: 'token-text', param, value: text };
}
