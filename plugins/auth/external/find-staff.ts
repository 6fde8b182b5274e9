import type { Practitioner, ProjectMembership } from '@medplum/fhirtypes';
import type { AccountIdentity, PluginRepository } from '../../../src/plugin/sdk.ts';
import { identityClass } from '../identities/identity-class.ts';

/** Numbers of staff as they stand in a search; what may mean something in one is not among them. */
const NUMBER = /^[A-Za-z0-9._/-]{1,100}$/;

/**
 * The one Practitioner in use who bears a number, with a membership in use. Two of them, or none, is nobody.
 * @param system `Practitioner.identifier.system`
 */
export async function findStaff(
  repository: Pick<PluginRepository, 'search'>,
  system: string,
  number: string,
  adminPolicies: readonly string[],
): Promise<AccountIdentity | undefined> {
  if (!NUMBER.test(number)) return undefined;
  const token = encodeURIComponent(`${system}|${number}`);
  const people = await repository.search<Practitioner>(
    'Practitioner',
    `identifier=${token}&_count=2`,
  );
  const [person] = people;
  if (person === undefined || people.length > 1 || person.active === false) return undefined;
  const profile = `Practitioner/${person.id}`;
  const memberships = await repository.search<ProjectMembership>(
    'ProjectMembership',
    `profile=${profile}&_count=20`,
  );
  const membership = memberships.find(({ active }) => active !== false);
  if (membership === undefined) return undefined;
  const kind = identityClass(profile, membership, adminPolicies);
  return { profile, membershipId: membership.id, class: kind };
}
