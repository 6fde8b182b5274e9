import type { Logger } from 'pino';
import { refusedRequests } from '../audit/refused-requests.ts';
import type { FhirEndpointOptions } from '../http/fhir-endpoint.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { recordAccess, refusalOutcome } from '../storage/repository/judging/deny.ts';

/** Milliseconds between two looks at counts that are due. */
const BEAT = 5_000;

/** A network peer that is no valid node: it could not agree on a secure connection. */
const CONNECTION = { securityType: '110113', securitySubtype: '110126' };

/** The record of requests that are refused before they come to an interaction. */
export interface EarlyRefusals {
  readonly refused: FhirEndpointOptions['refused'];
  /**
   * Counts a connection that did not come about. @see TR-03161-3 O.Ntwk_8
   * @param reason a short word
   */
  connectionFailed(reason: string, network: string | undefined): void;
  /** Writes what has been counted. */
  close(): Promise<void>;
}

/**
 * Requests of nobody (401) are counted so that they cannot flood the ledger; those of somebody whose body is too large or
 * cannot be read, or whom a plugin turns away, have a row each.
 */
export function startEarlyRefusals(store: ClinicalStore, log: Logger): EarlyRefusals {
  const nobody = refusedRequests(store.ledger, () => store.clock.now());
  const connections = refusedRequests(store.ledger, () => store.clock.now(), CONNECTION);
  const unrecorded = (error: unknown): void => {
    const code = isFhirError(error) ? error.code : undefined;
    log.warn({ event: 'audit.refusals.unrecorded', code }, 'Counted refusals are not on record');
  };
  const flush = async (all: boolean): Promise<void> => {
    await nobody.flush(all).catch(unrecorded);
    await connections.flush(all).catch(unrecorded);
  };
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
      } catch (ledgerError) {
        return ledgerError;
      }
    },
    connectionFailed(reason, network) {
      const from = network === undefined ? {} : { network };
      connections
        .record({ code: `Connection refused: ${reason}`, requestId: '', ...from })
        .catch(unrecorded);
    },
    async close() {
      clearInterval(timer);
      await flush(true);
    },
  };
}
