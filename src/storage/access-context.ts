import type { Principal } from '../access/principal.ts';
import type { AuditOutcome, AuditRow } from '../audit/audit-row.ts';

/** Who asks, and how the request is known in the audit record. */
export interface AccessContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Network address of the client; absent for bots and plugins. */
  readonly network?: string;
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
 * The audit rows of an access: one for each patient concerned, or a single one where no patient is.
 * @see https://profiles.ihe.net/ITI/BALP/content.html#31571-restful-activities
 */
export function auditRows(context: AccessContext, access: Access, recorded: string): AuditRow[] {
  const { principal } = context;
  const row: AuditRow = {
    recorded,
    interaction: access.interaction,
    outcome: access.outcome ?? 0,
    agent: principal.reference,
    roles: principal.roles.join(' '),
    purpose: principal.purpose,
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
  };
  if (access.patients === undefined || access.patients === '') return [row];
  return access.patients.split(',').map((patient) => ({ ...row, patient }));
}

function optional<K extends keyof AuditRow>(
  key: K,
  value: AuditRow[K] | undefined,
): Partial<AuditRow> {
  return value === undefined ? {} : { [key]: value };
}
