import type { SearchExpression } from '../expression.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `code`, `system|code`, `|code` or `system|`. Codes and systems are compared exactly, as in the database index.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#token
 */
export function parseToken({ name, param }: ValueContext, value: string): SearchExpression {
  const parts = splitUnescaped(value, '|').map(unescapeValue);
  const [first = '', second] = parts;
  if (parts.length > 2) throw invalidValue(name, 'a | in a system or code is written \\|');
  if (second === undefined) return { kind: 'token', param, code: first };
  if (first === '' && second === '') throw invalidValue(name, 'system, code or both are expected');
  if (second === '') return { kind: 'token', param, system: first };
  return { kind: 'token', param, system: first === '' ? null : first, code: second };
}
