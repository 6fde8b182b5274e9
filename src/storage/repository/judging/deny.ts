import { denied } from '../../../access/denied.ts';
import type { AuditOutcome } from '../../../audit/audit-row.ts';
import type { FhirError } from '../../../outcome/fhir-error.ts';
import type { PolicyInteraction, PolicyRule } from '../../../access/policy.ts';
import { type Access, type AccessContext, auditRows } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { instant } from '../../instant.ts';

/** Records an access and waits until the record is durable. */
export function recordAccess(
  store: ClinicalStore,
  context: AccessContext,
  access: Access,
): Promise<void> {
  return store.ledger.record(auditRows(context, access, instant(store.clock)));
}

/** Outcome of a refused access: serious where somebody was not allowed, minor where something was not right. */
export function refusalOutcome({ status }: Pick<FhirError, 'status'>): AuditOutcome {
  return status === 403 || status === 401 ? 8 : 4;
}

/**
 * Records a failed access and throws its error. The record names only what the caller named, never what the store knows.
 * @throws the given error, once the record is durable
 */
export async function refuse(
  store: ClinicalStore,
  context: AccessContext,
  access: Access,
  error: FhirError,
): Promise<never> {
  await recordAccess(store, context, {
    outcome: refusalOutcome(error),
    detail: error.code,
    ...access,
  });
  error.recorded = true;
  throw error;
}

/**
 * The rules that let the principal do this to resources of the type at all.
 * @throws FhirError `ACCESS_DENIED`, recorded: it depends on the policy alone, never on data.
 */
export async function rulesOrRefuse(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  interaction: PolicyInteraction,
  access: Access,
): Promise<readonly PolicyRule[]> {
  const rules = context.principal.policy.rules(type, interaction);
  if (rules.length > 0) return rules;
  return refuse(store, context, { type, ...access }, denied(context.principal, interaction, type));
}
