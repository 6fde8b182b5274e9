import type { ProjectMembership } from '@medplum/fhirtypes';
import { describe, expect, test } from '@jest/globals';
import { membershipFor } from '../../invitations/membership-for.ts';
import { memoryRepository } from '../support/memory-repository.ts';

async function invited(policy: string) {
  const repository = memoryRepository();
  const wanted = { profile: 'Practitioner/ada', policy, display: 'Ada' };
  const identity = await membershipFor(repository, wanted, ['admin']);
  const stored = repository.resources.get(`ProjectMembership/${identity.membershipId}`);
  return { identity, stored: stored as ProjectMembership };
}

describe('the membership of somebody who is invited', () => {
  test('bears the mark admin with a policy that makes an admin, which /admin asks for', async () => {
    const { identity, stored } = await invited('admin');
    expect(identity.class).toBe('admin');
    expect(stored).toMatchObject({
      admin: true,
      profile: { reference: 'Practitioner/ada', display: 'Ada' },
      access: [{ policy: { reference: 'AccessPolicy/admin' } }],
    });
  });

  test.each(['auditor', 'clinician', 'support'])('does not with %s', async (policy) => {
    const { identity, stored } = await invited(policy);
    expect(identity.class).toBe('staff');
    expect(stored.admin).toBeUndefined();
  });

  test('is not made with a policy that an operator may not give', async () => {
    await expect(invited('full')).rejects.toMatchObject({ code: 'AUTH_INVITATION_REFUSED' });
  });
});
