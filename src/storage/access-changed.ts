import type { JsonResource } from './content.ts';
import type { WriteEvent } from './write-hooks.ts';

/** Channel on which nodes tell each other that somebody may do something else than before. */
export const ACCESS_CHANGED = 'diga_access_changed';

/** Channel on which nodes tell each other that a Subscription was written. */
export const SUBSCRIPTIONS_CHANGED = 'diga_subscriptions_changed';

/** Types whose every change may change what somebody is allowed to do. */
const ACCESS_TYPES: ReadonlySet<string> = new Set(['AccessPolicy', 'ProjectMembership']);

const PROFILE_TYPES = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'RelatedPerson',
  'ClientApplication',
  'Bot',
  'Device',
] as const;

/** A type whose resources may be the profile of a membership: the identity that acts. */
export type ProfileType = (typeof PROFILE_TYPES)[number];

/** True for a {@link ProfileType}. */
export function isProfileType(type: string): type is ProfileType {
  return PROFILE_TYPES.some((known) => known === type);
}

/** `ClientApplication.status` and `Device.status` that take the identity out of use. */
const OUT_OF_USE: ReadonlySet<unknown> = new Set(['off', 'inactive', 'entered-in-error']);

/** False for a resource that says of itself that it is not to be used: `active` false, or a status of that meaning. */
export function isInUse(resource: JsonResource): boolean {
  const { active, status } = resource as { readonly active?: unknown; readonly status?: unknown };
  return active !== false && !OUT_OF_USE.has(status);
}

/**
 * True for a write after which remembered policies may be wrong. Of identities only the end counts: those that are new or
 * in use take nothing away, and they are far too many to forget everything for.
 */
export function changesAccess({
  type,
  interaction,
  resource,
}: Pick<WriteEvent, 'type' | 'interaction' | 'resource'>): boolean {
  if (ACCESS_TYPES.has(type)) return true;
  return isProfileType(type) && (interaction === 'delete' || !isInUse(resource));
}
