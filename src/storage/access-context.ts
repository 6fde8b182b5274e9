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
  const { principal } = context;
  if (access.rule !== undefined) context.explained?.push(access.rule);
  const row: AuditRow = {
    recorded,
    interaction: access.interaction,
    outcome: access.outcome ?? 0,
    agent: principal.reference,
    roles: principal.roles.join(' '),
    purpose: purposeOf(principal, access.rule),
    requestId: context.requestId,
    ...optional('rule', access.rule),
    ...optional('type', access.type),
    ...optional('resourceId', access.id),
    ...optional('version', access.version),
    ...optional('query', access.query),
    ...optional('detail', access.detail),
    ...optional('clientId', principal.clientId),
    ...optional('tokenId', principal.tokenId),
    ...optional('network', context.network),
    ...(isLogUse(access) ? { securityType: LOG_USED } : {}),
  };
  const event = securityChange(row);
  const beside = event === undefined ? [] : [event];
  if (access.patients === undefined || access.patients === '') {
    const named = row.outcome === 0 ? undefined : namedPatient(access);
    return [{ ...row, ...optional('patient', named) }, ...beside];
  }
  return [...access.patients.split(',').map((patient) => ({ ...row, patient })), ...beside];
}

/** The purpose that the policy of the first rule states, else that of the identity. */
function purposeOf({ purpose, purposes }: Principal, rule: string | undefined): string {
  if (purposes === undefined || rule === undefined) return purpose;
  const [policy = ''] = rule.split('#', 1);
  return purposes.get(policy) ?? purpose;
}

function optional<K extends keyof AuditRow>(
  key: K,
  value: AuditRow[K] | undefined,
): Partial<AuditRow> {
  return value === undefined ? {} : { [key]: value };
}
