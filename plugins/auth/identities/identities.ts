import type { ProjectMembership } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { AccountIdentity, PluginRepository } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { identityClass, strictest } from './identity-class.ts';
import type { IdentityStore } from './identity-store.ts';

/** An identity with what its membership says of it, for the choice between several. */
export interface DescribedIdentity extends AccountIdentity {
  /** Ids of the AccessPolicies that the membership gives. */
  readonly roles: readonly string[];
  /** What the membership calls the identity, such as `Station 3`. */
  readonly display?: string;
}

/** What accounts may act as at this moment. */
export interface Identities {
  /**
   * Identities of an account whose memberships are in use, the oldest first. Their class is taken from the memberships as
   * they are now, and from all of them: a token has the policies of its identity, whichever of them was chosen.
   */
  of(accountId: string): Promise<readonly DescribedIdentity[]>;
  /**
   * The identity that an account acts as.
   * @param membershipId needed where there are several
   * @throws FhirError `AUTH_IDENTITY_MISSING`, `AUTH_IDENTITY_UNKNOWN`
   */
  choose(accountId: string, membershipId?: string): Promise<AccountIdentity>;
}

/** @param adminPolicies ids of the AccessPolicies that make an admin */
export function identities(
  store: IdentityStore,
  repository: Pick<PluginRepository, 'read' | 'search'>,
  adminPolicies: readonly string[],
): Identities {
  const describe = async (identity: AccountIdentity): Promise<DescribedIdentity | undefined> => {
    const { profile } = identity;
    const query = `profile=${encodeURIComponent(profile)}&_count=100`;
    const all = await repository.search<ProjectMembership>('ProjectMembership', query);
    const now = strictest(
      all
        .filter(({ active }) => active !== false)
        .map((one) => identityClass(profile, one, adminPolicies)),
    );
    // Of patients nothing else is asked: their membership may come a moment after their account.
    if (identity.class === 'patient' && (now ?? 'patient') === 'patient')
      return { ...identity, roles: [] };
    const membership = await readMembership(repository, identity.membershipId);
    if (membership === undefined || membership.active === false) return undefined;
    // A membership that was given to another identity says nothing about this one.
    if (membership.profile.reference !== identity.profile) return undefined;
    const kind = now ?? identityClass(profile, membership, adminPolicies);
    if (kind !== identity.class) await store.classify(identity.membershipId, kind);
    const { display } = membership.profile;
    return {
      ...identity,
      class: kind,
      roles: policyIds(membership),
      ...(display === undefined ? {} : { display }),
    };
  };
  const of: Identities['of'] = async (accountId) => {
    const described = await Promise.all((await store.of(accountId)).map(describe));
    return described.filter((one) => one !== undefined);
  };
  return {
    of,
    async choose(accountId, membershipId) {
      const all = await of(accountId);
      if (all.length === 0) throw authError('AUTH_IDENTITY_MISSING');
      const [only] = membershipId === undefined ? all : all.filter(isOf(membershipId));
      if (only === undefined || (membershipId === undefined && all.length > 1))
        throw authError('AUTH_IDENTITY_UNKNOWN');
      return { profile: only.profile, membershipId: only.membershipId, class: only.class };
    },
  };
}

function isOf(membershipId: string): (identity: AccountIdentity) => boolean {
  return (identity) => identity.membershipId === membershipId;
}

function policyIds({ access, accessPolicy }: ProjectMembership): readonly string[] {
  const policies = [accessPolicy, ...(access ?? []).map(({ policy }) => policy)];
  const ids = policies.map((policy) => /^AccessPolicy\/(.+)$/.exec(policy?.reference ?? '')?.[1]);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

async function readMembership(
  repository: Pick<PluginRepository, 'read'>,
  id: string,
): Promise<ProjectMembership | undefined> {
  try {
    return await repository.read<ProjectMembership>('ProjectMembership', id);
  } catch (error) {
    if (isFhirError(error) && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}
