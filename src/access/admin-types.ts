import type { EntryFields } from './view/entry-fields.ts';
import { projectAdminResourceTypes, protectedResourceTypes } from '@medplum/core';

/**
 * Types that `*` does not reach, so that a rule for all clinical data never hands out identities, secrets or policies.
 * Medplum lets `*` reach ClientApplication and Bot; here they must be named too, since both bear credentials or code.
 */
const NAMED_ONLY: ReadonlySet<string> = new Set([
  ...projectAdminResourceTypes,
  ...protectedResourceTypes,
  'ClientApplication',
  'Bot',
]);

const PROTECTED: ReadonlySet<string> = new Set(protectedResourceTypes);

/** True if `*` includes the type. @see https://www.medplum.com/docs/access/access-policies */
export function isReachedByWildcard(type: string): boolean {
  return !NAMED_ONLY.has(type);
}

/**
 * True if an entry for `*` includes the type. Where it hides or masks something, the access log has to be named: it says
 * when what is hidden was changed, and by which values others have asked for it.
 */
export function isReachedByEntry(
  type: string,
  { hidden, masks }: Pick<EntryFields, 'hidden' | 'masks'> = { hidden: [], masks: [] },
): boolean {
  return isReachedByWildcard(type) && (type !== 'AuditEvent' || hidden.length + masks.length === 0);
}

/** True for types that no policy can grant: sessions and keys. */
export function isProtected(type: string): boolean {
  return PROTECTED.has(type);
}
