import type { FhirCall } from '../request.ts';

/**
 * Types that have ways of their own: the ledger is only read, and who may have a Binary depends on another resource. What
 * works on resources of any type leaves them alone.
 */
export const GUARDED_TYPES: readonly string[] = ['AuditEvent', 'Binary'];

/** The types of which a search shows the caller something. */
export function visibleTypes({ services, principal }: FhirCall): readonly string[] {
  return services.definitions.resourceTypes.filter(
    (type) => !GUARDED_TYPES.includes(type) && principal.policy.rules(type, 'search').length > 0,
  );
}
