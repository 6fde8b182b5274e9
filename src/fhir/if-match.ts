import { fhirError } from './outcome/codes.ts';
import type { FhirRequest } from './request.ts';

/**
 * The version that `If-Match` demands.
 * @throws FhirError `FHIR_INVALID_HEADER`
 * @see https://hl7.org/fhir/R4/http.html#concurrency
 */
export function ifMatch(request: FhirRequest): { readonly ifMatch?: string } {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return {};
  const version = /^(?:W\/)?"([A-Za-z0-9\-.]{1,64})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw fhirError('FHIR_INVALID_HEADER', { name: 'If-Match' });
  return { ifMatch: version };
}
