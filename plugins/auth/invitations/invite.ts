import type { AccountIdentity, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { IdentityStore } from '../identities/identity-store.ts';
import { INVITATION_PREFIX } from '../oidc/paths.ts';
import { invitationDigest, type InvitationStore, newInvitationToken } from './invitation-store.ts';

/** Invitations to set up an account for an identity that exists. */
export interface Invite {
  /**
   * The link is a secret that is shown once; whoever has it first sets the account up.
   * @throws FhirError `AUTH_INVITATION_REFUSED` where the identity has an account
   */
  invite(
    identity: AccountIdentity,
    inviter: { readonly profile: string },
    origin: Partial<SignInOrigin>,
  ): Promise<{ readonly accountId: string; readonly url: string; readonly expiresAt: Date }>;
  /** The same where the secret was made elsewhere, and only its digest is known here. */
  inviteByDigest(
    digest: Buffer,
    identity: AccountIdentity,
    inviter: { readonly profile: string },
    origin: Partial<SignInOrigin>,
  ): Promise<{ readonly accountId: string; readonly expiresAt: Date }>;
}

export interface InviteParts {
  readonly invitations: InvitationStore;
  readonly links: IdentityStore;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  /** Public origin. */
  readonly origin: string;
}

/** URL of an invitation. */
export function invitationUrl(origin: string, token: string): string {
  return `${origin}${INVITATION_PREFIX}/${token}`;
}

/** An invitation stands on the ledger before its link is known to anybody. */
export function inviteService(parts: InviteParts): Invite {
  const inviteByDigest: Invite['inviteByDigest'] = async (digest, identity, inviter, from) => {
    if ((await parts.links.accountOf(identity.profile)) !== undefined)
      throw authError('AUTH_INVITATION_REFUSED', {
        reason: `${identity.profile} has an account already`,
      });
    const { network, requestId } = from;
    await parts.audit({
      type: '110113',
      subtype: identity.class === 'admin' ? '110136' : '110137',
      outcome: 'success',
      agent: inviter.profile,
      description: `Invitation to an account of the class ${identity.class} for ${identity.profile}`,
      ...(network === undefined ? {} : { network }),
      ...(requestId === undefined ? {} : { requestId }),
    });
    return parts.invitations.add(digest, identity, inviter.profile);
  };
  return {
    inviteByDigest,
    async invite(identity, inviter, from) {
      const token = newInvitationToken();
      const made = await inviteByDigest(invitationDigest(token), identity, inviter, from);
      return { ...made, url: invitationUrl(parts.origin, token) };
    },
  };
}
