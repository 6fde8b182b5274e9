import { fhirError } from '../outcome/codes.ts';
import type { FhirRequest } from './request.ts';

const ETAG = /^(?:W\/)?"([A-Za-z0-9\-.]{1,64})"$/;
/** ETags in one header field. HAPI's client sends its own twice, which Node joins. */
const MAX_ETAGS = 16;

/**
 * The versions of which `If-Match` demands one.
 * @throws FhirError `FHIR_INVALID_HEADER`
 * @see https://hl7.org/fhir/R4/http.html#concurrency
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 for lists
 */
export function ifMatch(request: FhirRequest): { readonly ifMatch?: readonly string[] } {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return {};
  const etags = header.split(',', MAX_ETAGS + 1);
  const versions = new Set(etags.map((etag) => ETAG.exec(etag.trim())?.[1]));
  if (versions.has(undefined) || etags.length > MAX_ETAGS) {
    throw fhirError('FHIR_INVALID_HEADER', { name: 'If-Match' });
  }
  return { ifMatch: [...versions].filter((version) => version !== undefined) };
}
