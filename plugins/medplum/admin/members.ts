import type { ProjectMembership } from '@medplum/fhirtypes';
import { medplumError } from '../errors.ts';
import { ALL_OK, type JsonAnswer } from '../http/exchange.ts';
import type { AdminCaller } from './admin-caller.ts';

/** One membership, as the caller may see it. */
export async function readMember(caller: AdminCaller, id: string): Promise<JsonAnswer> {
  return { body: await caller.repository.read<ProjectMembership>('ProjectMembership', id) };
}

/**
 * Replaces a membership; its policies hold from the next request on. The identity it is for stays: another one is another
 * membership.
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, `ACCESS_*`
 */
export async function updateMember(
  caller: AdminCaller,
  id: string,
  sent: unknown,
): Promise<JsonAnswer> {
  const wanted = sent as Partial<ProjectMembership> | undefined;
  if (wanted?.resourceType !== 'ProjectMembership' || wanted.id !== id) {
    throw medplumError('MEDPLUM_PARAMETER_INVALID', {
      name: 'id',
      reason: 'the body is to be the membership of the path',
    });
  }
  const before = await caller.repository.read<ProjectMembership>('ProjectMembership', id);
  if (wanted.profile?.reference !== before.profile.reference) {
    throw medplumError('MEDPLUM_PARAMETER_INVALID', {
      name: 'profile',
      reason: 'it stays as it is',
    });
  }
  return { body: await caller.repository.update(wanted as ProjectMembership & { id: string }) };
}

/**
 * Takes a membership away; its bearer may do nothing from the next request on. Nobody takes away their own: a project
 * without admin could not be administered again.
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, `ACCESS_*`
 */
export async function deleteMember(caller: AdminCaller, id: string): Promise<JsonAnswer> {
  if (caller.membership.id === id) {
    throw medplumError('MEDPLUM_PARAMETER_INVALID', {
      name: 'id',
      reason: 'nobody takes away their own membership',
    });
  }
  await caller.repository.delete('ProjectMembership', id);
  return { body: ALL_OK };
}
