import { fhirError } from '../../outcome/codes.ts';
import type { FhirRequest } from '../request.ts';

/** True where the client asks for an answer later. @see https://hl7.org/fhir/R4/async.html */
export function wantsAsync({ headers }: Pick<FhirRequest, 'headers'>): boolean {
  return /(?:^|[,;\s])respond-async(?:$|[,;\s])/.test(headers['prefer'] ?? '');
}

/** True where the client wants what is not understood to be left out. */
export function isLenient({ headers }: Pick<FhirRequest, 'headers'>): boolean {
  return /(?:^|[,;\s])handling=lenient/.test(headers['prefer'] ?? '');
}

/** @throws FhirError `BULK_ASYNC_REQUIRED` where the client wants the answer at once */
export function requireAsync(request: FhirRequest, operation: string): void {
  if (!wantsAsync(request)) throw fhirError('BULK_ASYNC_REQUIRED', { operation });
}
