import type { AuditRow } from './audit-row.ts';
import type { AuditLedger } from './ledger.ts';
import { shownNetwork } from './shown-network.ts';

/** Milliseconds in which refusals of one kind from one place are counted rather than listed. */
const WINDOW = 60_000;

/** Places and reasons that are told apart at a time; what comes on top is counted together. */
const PLACES = 1_000;

/** A request that was refused before it was known who asks. */
export interface RefusedRequest {
  /** Code of the error. */
  readonly code: string;
  /** Network address of the client. */
  readonly network?: string;
  readonly requestId: string;
}

/** Puts refused requests on the ledger without letting them flood it. */
export interface RefusedRequests {
  /**
   * Resolves when the refusal is on record: the first of its kind from a place as a row of its own, those that follow
   * within a minute in the count of one more row at the end of the minute.
   * @throws FhirError `SERVER_AUDIT_UNAVAILABLE`
   */
  record(request: RefusedRequest): Promise<void>;
  /** Writes the counts that are due. @param all true: those of running minutes as well */
  flush(all: boolean): Promise<void>;
}

/** DICOM codes of what was refused. */
export interface RefusalKind {
  readonly securityType: string;
  readonly securitySubtype: string;
}

const CLIENT_AUTHENTICATION: RefusalKind = { securityType: '110114', securitySubtype: '110126' };

interface Count {
  readonly first: RefusedRequest;
  readonly until: number;
  more: number;
}

/**
 * Anybody can send requests without a token, so their rows are bounded: two a minute for each reason and each network
 * (/24, /48), of at most a thousand; beyond, two a minute for each reason.
 * @param now milliseconds since 1970
 * @param kind what the rows say it was
 */
export function refusedRequests(
  ledger: AuditLedger,
  now: () => number,
  kind: RefusalKind = CLIENT_AUTHENTICATION,
): RefusedRequests {
  const counts = new Map<string, Count>();
  const rowOf = (request: RefusedRequest, detail: string): AuditRow => ({
    recorded: new Date(now()).toISOString(),
    interaction: 'security',
    outcome: 8,
    requestId: request.requestId,
    ...kind,
    detail,
    ...(request.network === undefined ? {} : { network: request.network }),
  });
  const sum = ({ first, more }: Count): AuditRow =>
    rowOf(first, `${first.code}: ${String(more)} more within a minute`);

  return {
    async record(request) {
      const place = request.network === undefined ? '' : shownNetwork(request.network);
      const own = `${request.code} ${place}`;
      const key = counts.has(own) || counts.size < PLACES ? own : request.code;
      const running = counts.get(key);
      if (running !== undefined && running.until > now()) {
        running.more += 1;
        return;
      }
      counts.set(key, { first: request, until: now() + WINDOW, more: 0 });
      const rows = [rowOf(request, request.code)];
      if (running !== undefined && running.more > 0) rows.unshift(sum(running));
      try {
        await ledger.record(rows);
      } catch (error) {
        // What is not on record has not been counted: the next one tries again.
        if (running === undefined) counts.delete(key);
        else counts.set(key, running);
        throw error;
      }
    },
    async flush(all) {
      const due = [...counts].filter(([, { until }]) => all || until <= now());
      const rows = due.filter(([, { more }]) => more > 0).map(([, count]) => sum(count));
      for (const [key] of due) counts.delete(key);
      if (rows.length > 0) await ledger.record(rows);
    },
  };
}
