import { fhirError } from '../outcome/codes.ts';
import type { SqlClient } from '../storage/database.ts';
import type { AuditRow } from './audit-row.ts';
import { AUDIT_INSERT, auditColumns } from './insert.ts';

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
        await client.query(insertStatement(rows));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        const error = fhirError('SERVER_AUDIT_UNAVAILABLE', {}, { cause, retryAfter: 2 });
        for (const { reject } of batch) reject(error);
      }
    }
    flushing = false;
  };

  return {
    record(rows) {
      if (rows.length === 0) return Promise.resolve();
      if (backlog + rows.length > BACKLOG) {
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

function insertStatement(rows: readonly AuditRow[]) {
  const columns = auditColumns(rows);
  const arrays = columns.map(({ type }, index) => `$${String(index + 1)}::${type}[]`);
  return { name: 'audit', text: AUDIT_INSERT(arrays), values: columns.map(({ items }) => items) };
}
