import type { Logger } from 'pino';
import { refusedRequests } from '../audit/refused-requests.ts';
import type { FhirEndpointOptions } from '../http/fhir-endpoint.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { recordAccess, refusalOutcome } from '../storage/repository/judging/deny.ts';

/** Milliseconds between two looks at counts that are due. */
const BEAT = 5_000;

/** The record of requests that are refused before they come to an interaction. */
export interface EarlyRefusals {
  readonly refused: FhirEndpointOptions['refused'];
  /** Writes what has been counted. */
  close(): Promise<void>;
}

/**
 * Requests of nobody (401) are counted so that they cannot flood the ledger; those of somebody whose body is too large or
 * cannot be read, or whom a plugin turns away, have a row each.
 */
export function startEarlyRefusals(store: ClinicalStore, log: Logger): EarlyRefusals {
  const nobody = refusedRequests(store.ledger, () => store.clock.now());
  const flush = (all: boolean): Promise<void> =>
    nobody.flush(all).catch((error: unknown) => {
      const code = isFhirError(error) ? error.code : undefined;
      log.warn({ event: 'audit.refusals.unrecorded', code }, 'Counted refusals are not on record');
    });
  const timer = setInterval(() => void flush(false), BEAT);
  timer.unref();
  return {
    async refused({ principal, requestId, network }, error) {
      if (!isFhirError(error) || error.recorded || error.status >= 500) return error;
      const from = network === undefined ? {} : { network };
      try {
        if (principal === undefined) {
          await nobody.record({ code: error.code, requestId, ...from });
        } else {
          await recordAccess(
            store,
            { principal, requestId, ...from },
            { interaction: 'unknown', outcome: refusalOutcome(error), detail: error.code },
          );
        }
        return error;
      } catch (unrecorded) {
        return unrecorded;
      }
    },
    async close() {
      clearInterval(timer);
      await flush(true);
    },
  };
}
