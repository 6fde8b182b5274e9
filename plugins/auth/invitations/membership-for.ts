import { randomUUID } from 'node:crypto';
import type { Practitioner, ProjectMembership } from '@medplum/fhirtypes';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { AccountIdentity, PluginRepository } from '../../../src/plugin/sdk.ts';
import { membership } from '../accounts/fhir-identity.ts';
import { authError } from '../errors.ts';
import { identityClass } from '../identities/identity-class.ts';

/** Policies that an operator may give at the machine: they want no parameters, and no patient has them. */
export const OPERATOR_POLICIES = ['admin', 'auditor', 'clinician', 'support'] as const;

/** What an operator asks for. */
export interface WantedMembership {
  /** `Practitioner/…` */
  readonly profile: string;
  readonly policy: string;
  /** Name that the membership shows. */
  readonly display?: string;
}

/**
 * The identity to invite: the Practitioner, who is made where there is none, and a membership with the policy. One that is
 * there with the policy is taken as it is; one without it is left alone, and another is made beside it.
 * @throws FhirError `AUTH_INVITATION_REFUSED`
 */
export async function membershipFor(
  repository: PluginRepository,
  wanted: WantedMembership,
  adminPolicies: readonly string[],
): Promise<AccountIdentity> {
  const { policy, profile } = wanted;
  const id = /^Practitioner\/([A-Za-z0-9.-]{1,64})$/.exec(profile)?.[1];
  if (id === undefined)
    throw authError('AUTH_INVITATION_REFUSED', { reason: 'the profile is no Practitioner/…' });
  if (!OPERATOR_POLICIES.some((known) => known === policy))
    throw authError('AUTH_INVITATION_REFUSED', {
      reason: `the policy is none of ${OPERATOR_POLICIES.join(', ')}`,
    });
  await makePractitioner(repository, id);
  const known = await repository.search<ProjectMembership>(
    'ProjectMembership',
    `profile=${profile}&_count=50`,
  );
  const reference = `AccessPolicy/${policy}`;
  const fitting = known.find(
    ({ access, accessPolicy, active }) =>
      active !== false &&
      [accessPolicy, ...(access ?? []).map((one) => one.policy)].some(
        (one) => one?.reference === reference,
      ),
  );
  const found = fitting ?? (await makeMembership(repository, wanted, adminPolicies));
  return {
    profile,
    membershipId: found.id,
    class: identityClass(profile, found, adminPolicies),
  };
}

async function makePractitioner(repository: PluginRepository, id: string): Promise<void> {
  try {
    await repository.read<Practitioner>('Practitioner', id);
  } catch (error) {
    if (!isFhirError(error) || error.status !== 404) throw error;
    await repository.update<Practitioner>({ resourceType: 'Practitioner', id, active: true });
  }
}

async function makeMembership(
  repository: PluginRepository,
  { display, policy, profile }: WantedMembership,
  adminPolicies: readonly string[],
): Promise<ProjectMembership & { id: string }> {
  const made = membership(randomUUID(), `User/${randomUUID()}`, profile, policy);
  const named = display === undefined ? {} : { display };
  return repository.update<ProjectMembership>({
    ...made,
    // What `/admin` asks for beside the policy, as a Medplum server does.
    ...(adminPolicies.includes(policy) ? { admin: true } : {}),
    profile: { reference: profile, ...named },
  });
}
