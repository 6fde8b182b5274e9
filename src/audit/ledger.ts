import { setImmediate as nextTurn } from 'node:timers/promises';
import { fhirError } from '../outcome/codes.ts';
import type { SqlClient } from '../storage/database.ts';
import type { AuditRow } from './audit-row.ts';
import { auditInsert } from './insert.ts';

/** Rows that one commit takes at most. */
const BATCH = 1_000;

/** Rows that may wait; above, accesses are refused rather than piled up. */
const BACKLOG = 20_000;

/** The ledger as accesses that write nothing else use it. */
export interface AuditLedger {
  /**
   * Resolves when the rows are durable. Rows that arrive while a commit is under way share the next one.
   * @throws FhirError `SERVER_AUDIT_UNAVAILABLE`: the access must not be granted.
   */
  record(rows: readonly AuditRow[]): Promise<void>;
}

interface Waiting {
  readonly rows: readonly AuditRow[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Opens the ledger on the clinical database. */
export function openLedger(client: SqlClient): AuditLedger {
  const queue: Waiting[] = [];
  let backlog = 0;
  let flushing = false;

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch: Waiting[] = [];
      const rows: AuditRow[] = [];
      while (
        queue[0] !== undefined &&
        (rows.length === 0 || rows.length + queue[0].rows.length <= BATCH)
      ) {
        const next = queue.shift() as Waiting;
        batch.push(next);
        for (const row of next.rows) rows.push(row);
      }
      backlog -= rows.length;
      try {
        await client.query(auditInsert(rows));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        if (batch.length > 1 && isAboutData(cause)) await oneByOne(client, batch);
        else for (const { reject } of batch) reject(unavailable(cause));
      }
      // What this turn of the event loop still brings shares the next commit, which costs as much as several rows.
      if (queue.length > 0) await nextTurn();
    }
    flushing = false;
  };

  return {
    record(rows) {
      if (rows.length === 0) return Promise.resolve();
      // One access may concern more patients than may wait otherwise: reading the Group of a large study does.
      if (backlog > 0 && backlog + rows.length > BACKLOG) {
        return Promise.reject(
          fhirError(
            'SERVER_AUDIT_UNAVAILABLE',
            {},
            { retryAfter: 2, detail: 'audit backlog is full' },
          ),
        );
      }
      backlog += rows.length;
      return new Promise<void>((resolve, reject) => {
        queue.push({ rows, resolve, reject });
        if (flushing) return;
        flushing = true;
        // Accesses that were answered in the same turn of the event loop share the commit.
        setImmediate(() => void flush());
      });
    },
  };
}

/** One access whose rows the database does not take must not refuse all that share its commit. */
async function oneByOne(client: SqlClient, batch: readonly Waiting[]): Promise<void> {
  for (const { rows, resolve, reject } of batch) {
    try {
      await client.query(auditInsert(rows));
      resolve();
    } catch (cause) {
      reject(unavailable(cause));
    }
  }
}

/** Data exception, or a value that is too large for an index. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isAboutData(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^(?:22|54)/.test(code);
}

function unavailable(cause: unknown): Error {
  return fhirError('SERVER_AUDIT_UNAVAILABLE', {}, { cause, retryAfter: 2 });
}
