import type { AuditRow } from './audit-row.ts';

/** DCM codes of a security event. @see https://dicom.nema.org/medical/dicom/current/output/chtml/part16/chapter_D.html */
export interface SecurityCoding {
  readonly type: string;
  readonly subtype?: string;
}

const ALERT = '110113';

/** Types of resources that say who may do what, or what runs here. */
const GUARDING: ReadonlyMap<string, SecurityCoding> = new Map([
  ['AccessPolicy', { type: ALERT, subtype: '110136' }],
  ['ProjectMembership', { type: ALERT, subtype: '110137' }],
  ['ClientApplication', { type: ALERT, subtype: '110129' }],
  ['Bot', { type: ALERT, subtype: '110131' }],
]);

/** Operations for the operator alone, and those by which data leave or enter in bulk. */
const GUARDED_OPERATIONS: ReadonlyMap<string, SecurityCoding> = new Map([
  ['operation:expunge', { type: ALERT, subtype: '110132' }],
  ['operation:reindex', { type: ALERT, subtype: '110132' }],
  ['operation:export', { type: '110106' }],
  ['operation:import', { type: '110107' }],
]);

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

const READS: ReadonlySet<string> = new Set(['read', 'search-type', 'search-system']);

/** The audit log was used: reading it is an event of its own kind. */
export const LOG_USED = '110101';

/** True for an access that reads the ledger. */
export function isLogUse(access: {
  readonly type?: string;
  readonly interaction: string;
}): boolean {
  if (access.interaction === 'operation:access-log') return true;
  return access.type === 'AuditEvent' && READS.has(access.interaction);
}

/**
 * The row beside the one of an access that is a security event as well: a policy, a membership, a client or a bot was
 * written, or an operation for the operator was called. It stands in the same statement, so that neither is there alone.
 * It is about no patient: the row of the access is.
 */
export function securityChange(row: AuditRow): AuditRow | undefined {
  const coding = WRITES.has(row.interaction)
    ? GUARDING.get(row.type ?? '')
    : GUARDED_OPERATIONS.get(row.interaction);
  if (coding === undefined || isBetween(row)) return undefined;
  const { query: _query, patient: _patient, ...rest } = row;
  return {
    ...rest,
    interaction: 'security',
    securityType: coding.type,
    ...(coding.subtype === undefined ? {} : { securitySubtype: coding.subtype }),
    detail: row.detail ?? row.interaction,
  };
}

/** True for the parts of an export that let nothing out: its status, its manifest, the files while they are written. */
function isBetween({ query = '', detail }: AuditRow): boolean {
  return query.startsWith('bulkdata/') && detail !== 'File downloaded';
}
