import type { Patient, ProjectMembership } from '@medplum/fhirtypes';
import type { AccountIdentity, PluginRepository } from '../../../src/plugin/sdk.ts';

/** Ids of the FHIR identity of an account, chosen before anything is written, so that writing again changes nothing. */
export interface PlannedIdentity {
  /** Subject of the membership: the account. */
  readonly id: string;
  /** `Patient/…`. */
  readonly profile: string;
  readonly membershipId: string;
}

/**
 * Creates the FHIR identity of an account: a Patient that says nothing and the membership that gives it the policy
 * `AccessPolicy/patient`. May be repeated after a crash at any point.
 */
export async function createPatientIdentity(
  repository: PluginRepository,
  planned: PlannedIdentity,
): Promise<void> {
  const id = planned.profile.slice('Patient/'.length);
  await repository.update<Patient>({ resourceType: 'Patient', id, active: true });
  await repository.update<ProjectMembership>(
    membership(planned.membershipId, `User/${planned.id}`, planned.profile, 'patient'),
  );
}

/** Creates the identities of a PENDING account: those of registration, which are always patients. */
export async function createPlannedIdentity(
  repository: PluginRepository,
  account: { readonly id: string; readonly identities: readonly AccountIdentity[] },
): Promise<void> {
  for (const { profile, membershipId } of account.identities)
    await createPatientIdentity(repository, { id: account.id, profile, membershipId });
}

/** Membership in Medplum's shape, which the host reads to find the policies of an identity. */
export function membership(
  id: string,
  user: string,
  profile: string,
  policy: string,
): ProjectMembership & { id: string } {
  return {
    resourceType: 'ProjectMembership',
    id,
    active: true,
    project: { reference: 'Project/default' },
    user: { reference: user },
    profile: { reference: profile },
    access: [{ policy: { reference: `AccessPolicy/${policy}` } }],
  };
}
