import type { AuditRow } from '../../../src/audit/audit-row.ts';

export * from '../../../src/storage/access-context.ts';

/** No rows for any access: nothing is written to the ledger, and nothing waits for it. */
export function auditRows(): AuditRow[] {
  return [];
}
