import type { Principal } from '../access/principal.ts';
import type { AuditOutcome, AuditRow } from '../audit/audit-row.ts';
import { namedPatient } from '../audit/named-patient.ts';
import { isLogUse, LOG_USED, securityChange } from '../audit/security-change.ts';

/** Who asks, and how the request is known in the audit record. */
export interface AccessContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Network address of the client; absent for bots and plugins. */
  readonly network?: string;
  /** Takes the rules of the accesses that are recorded; present where the caller has asked for them. */
  readonly explained?: string[];
}

/** What is particular to one access. */
export interface Access {
  readonly interaction: string;
  readonly outcome?: AuditOutcome;
  readonly rule?: string;
  readonly type?: string;
  readonly id?: string;
  readonly version?: number;
  /** Ids of the patients concerned, with commas between. */
  readonly patients?: string;
  readonly query?: string;
  readonly detail?: string;
}

/**
 * The audit rows of an access: one for each patient concerned, or a single one where no patient is; and one more where
 * the access is a security event as well.
 * @see https://profiles.ihe.net/ITI/BALP/content.html#31571-restful-activities
 */
export function auditRows(context: AccessContext, access: Access, recorded: string): AuditRow[] {
  const { principal, network } = context;
  const { rule, type, id, version, query, detail, patients = '' } = access;
  const { clientId, tokenId, roles } = principal;
  if (rule !== undefined) context.explained?.push(rule);
  const row: Writable<AuditRow> = {
    recorded,
    interaction: access.interaction,
    outcome: access.outcome ?? 0,
    agent: principal.reference,
    roles: roles.join(' '),
    purpose: purposeOf(principal, rule),
    requestId: context.requestId,
  };
  // One by one, and not merged out of parts: this is done for every access.
  if (rule !== undefined) row.rule = rule;
  if (type !== undefined) row.type = type;
  if (id !== undefined) row.resourceId = id;
  if (version !== undefined) row.version = version;
  if (query !== undefined) row.query = query;
  if (detail !== undefined) row.detail = detail;
  if (clientId !== undefined) row.clientId = clientId;
  if (tokenId !== undefined) row.tokenId = tokenId;
  if (network !== undefined) row.network = network;
  if (isLogUse(access)) row.securityType = LOG_USED;
  const event = securityChange(row);
  const rows = patients.includes(',')
    ? patients.split(',').map((patient): AuditRow => ({ ...row, patient }))
    : [row];
  if (rows.length === 1) {
    const named = patients === '' && row.outcome !== 0 ? namedPatient(access) : patients;
    if (named !== undefined && named !== '') row.patient = named;
  }
  if (event !== undefined) rows.push(event);
  return rows;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The purpose that the policy of the first rule states, else that of the identity. */
export function purposeOf({ purpose, purposes }: Principal, rule: string | undefined): string {
  if (purposes === undefined || rule === undefined) return purpose;
  const [policy = ''] = rule.split('#', 1);
  return purposes.get(policy) ?? purpose;
}
