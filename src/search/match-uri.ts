import type { UriExpression } from './expression.ts';
import { urlAncestors } from './url-ancestors.ts';

/**
 * A uri: the same text, or with `:below` one whose path goes on from it.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
export function matchesUri({ value: searched, mode }: UriExpression, stored: string): boolean {
  if (mode === undefined) return stored === searched;
  return urlAncestors(stored).includes(searched);
}
