import { ALL, NONE, type SearchExpression } from '../expression.ts';
import { invalidValue } from './invalid-value.ts';
import type { Searchable } from './searchable.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `:missing=true` asks for resources without a value, `:missing=false` for those with one.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function parseMissing(
  { name, param }: ValueContext,
  searchable: Searchable,
  value: string,
): SearchExpression {
  if (value !== 'true' && value !== 'false') throw invalidValue(name, 'true or false is expected');
  const missing = value === 'true';
  if (searchable.missing === 'never') return missing ? NONE : ALL;
  return { kind: 'missing', param, missing };
}
