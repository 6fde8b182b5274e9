import type { SearchExpression } from '../expression.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** True for a FHIR id. @see https://hl7.org/fhir/R4/datatypes.html#id */
export function isResourceId(text: string): boolean {
  return ID.test(text);
}

/**
 * `_id`.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 */
export function parseId({ name }: ValueContext, value: string): SearchExpression {
  const id = unescapeValue(value);
  if (!isResourceId(id)) throw invalidValue(name, 'a FHIR id is expected');
  return { kind: 'id', ids: [id] };
}
