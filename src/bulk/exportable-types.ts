import { isWholeLedger } from '../audit/patient-view.ts';
import { fhirError } from '../outcome/codes.ts';
import type { PlanContext } from './plan-context.ts';

/** Types that are no data of patients, or guarded by other resources. */
const NEVER = new Set(['Binary', 'Bundle', 'OperationOutcome', 'Parameters']);

/**
 * The types of an export: all that the policy shows where none is named, else those named. The ledger is exported to
 * those who see all of it, where they ask for it by name.
 * @returns the types, and those named that cannot be exported at this level
 * @throws FhirError `FHIR_UNKNOWN_RESOURCE_TYPE`; `ACCESS_DENIED` for a type that the policy does not show at all, which
 *   depends on the policy alone
 */
export function exportableTypes(
  asked: readonly string[],
  { definitions, policy, level }: Pick<PlanContext, 'definitions' | 'policy' | 'level'>,
): { readonly types: readonly string[]; readonly unsupported: readonly string[] } {
  const belongs = (type: string): boolean =>
    !NEVER.has(type) &&
    (type !== 'AuditEvent' || (level === 'system' && isWholeLedger(policy, 'search'))) &&
    (level === 'system' || type === 'Patient' || definitions.patientCompartment(type).length > 0);
  if (asked.length === 0) {
    const types = definitions.resourceTypes.filter(
      (type) => type !== 'AuditEvent' && belongs(type) && policy.rules(type, 'search').length > 0,
    );
    return { types, unsupported: [] };
  }
  for (const type of asked) {
    if (!definitions.isResourceType(type))
      throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: type.slice(0, 64) });
    if (policy.rules(type, 'search').length === 0)
      throw fhirError('ACCESS_DENIED', { interaction: 'search', type });
  }
  const distinct = [...new Set(asked)];
  return {
    types: distinct.filter(belongs),
    unsupported: distinct.filter((type) => !belongs(type)),
  };
}
