import type { FhirResponse } from '../fhir/request.ts';
import { outcome } from '../fhir/respond.ts';
import { fhirError } from './codes.ts';
import { isFhirError } from './fhir-error.ts';

/**
 * The one place where errors become answers. What is not a coded error is told to the log and answered with the bare
 * request id: its text may hold anything.
 */
export function errorResponse(
  error: unknown,
  requestId: string,
  onError: (error: unknown) => void,
): FhirResponse {
  const known = isFhirError(error) ? error : fhirError('SERVER_ERROR', {}, { cause: error });
  if (known.status >= 500) onError(error);
  const retry = known.retryAfter === undefined ? {} : { 'Retry-After': String(known.retryAfter) };
  const resource =
    known.status < 500
      ? known.outcome
      : {
          ...known.outcome,
          issue: known.outcome.issue.map((issue) => ({
            ...issue,
            diagnostics: `Request ${requestId}`,
          })),
        };
  return outcome(known.status, resource, { ...known.headers, ...retry });
}
