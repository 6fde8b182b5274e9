import type { Logger } from 'pino';
import { isFhirError } from '../outcome/fhir-error.ts';

/** Logs errors that are the server's, under the id that the caller was told. */
export function logFailures(log: Logger): (error: unknown, requestId: string) => void {
  return (error, requestId) => {
    // Expected while something is not there yet, and asked for again and again: the code says it all.
    if (isFhirError(error) && error.status === 503) {
      const { code, detail } = error;
      const because = (error.cause as { readonly code?: unknown } | undefined)?.code;
      log.warn({ event: 'request.unavailable', requestId, code, detail, because }, 'Not available');
      return;
    }
    log.error({ event: 'request.failed', requestId, err: error }, 'Request failed');
  };
}
