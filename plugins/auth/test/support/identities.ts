import { randomUUID } from 'node:crypto';
import type { Database, IdentityClass } from '../../../../src/plugin/sdk.ts';
import type { AuthServer } from './auth-server.ts';

/** Gives the account of a profile one more identity, with its membership. @returns id of the membership */
export async function addIdentity(
  server: AuthServer,
  database: Database,
  of: string,
  identity: { readonly profile: string; readonly policy: string; readonly class?: IdentityClass },
): Promise<string> {
  const membershipId = randomUUID();
  await server.repository.update({
    resourceType: 'ProjectMembership',
    id: membershipId,
    active: true,
    project: { reference: 'Project/default' },
    user: { reference: `User/${membershipId}` },
    profile: { reference: identity.profile, display: `Ward of ${identity.profile}` },
    access: [{ policy: { reference: `AccessPolicy/${identity.policy}` } }],
  } as never);
  await database.query({
    text: `INSERT INTO account_identity (membership_id, account_id, profile, class, linked_at)
      SELECT $1, account_id, $2, $3, now() FROM account_identity WHERE profile = $4`,
    values: [membershipId, identity.profile, identity.class ?? 'staff', of],
  });
  return membershipId;
}
