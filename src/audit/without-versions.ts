import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { isNarrowed } from '../storage/repository/shown/show.ts';
import type { AuditRow } from './audit-row.ts';

/**
 * A row as who sees parts of resources may see it: without the number of the version that was accessed, which would tell
 * how often it was changed where they see no change.
 */
export function withoutVersions(
  store: Pick<ClinicalStore, 'definitions'>,
  context: Pick<AccessContext, 'principal'>,
  row: AuditRow,
): AuditRow {
  if (!isNarrowed(store, context)) return row;
  const { version: _version, ...rest } = row;
  return rest;
}
