import type { AccessContext } from '../storage/access-context.ts';
import type { AuditRow } from './audit-row.ts';

/**
 * What of a row the caller may see. Who may read the whole ledger sees all of it. Who sees it by a condition, a patient
 * their own access log, sees of the accesses of others who, when, what and why, but not what else was asked for (a query
 * may name other patients), nor from where or with which token: that is personal data of those who acted.
 */
export function visibleAuditRow(
  row: AuditRow,
  context: AccessContext,
  wholeLedger: boolean,
): AuditRow {
  if (wholeLedger || row.agent === context.principal.reference) return row;
  const { query: _query, network: _network, tokenId: _tokenId, rule: _rule, ...rest } = row;
  return rest;
}
