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

/** True for types that no policy can grant: sessions and keys. */
export function isProtected(type: string): boolean {
  return PROTECTED.has(type);
}
