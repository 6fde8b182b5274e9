import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { carryOutInvitations } from '../invitations/invitation-requests.ts';
import { invitationRoutes } from '../invitations/invitation-routes.ts';
import { invitationStore } from '../invitations/invitation-store.ts';
import { type Invite, inviteService } from '../invitations/invite.ts';
import { identityLinks } from '../identities/identity-links.ts';
import type { Frame } from '../pages/visit.ts';
import type { AuthCore } from './core.ts';
import type { SignInServices } from './sign-in.ts';

/** Accounts by invitation. */
export interface Invitations extends Invite {
  /** Pages below `/auth/invitation`. */
  readonly pages: RouteHandler;
  /** Carries out what operators have asked for; to be called every other second. */
  carryOut(): Promise<number>;
}

export function composeInvitations(
  core: AuthCore,
  frame: Frame,
  { policy, registration, signIn }: Pick<SignInServices, 'policy' | 'registration' | 'signIn'>,
): Invitations {
  const { address, audit, database, digest, host, links, totp } = core;
  const { clock, config, origin, repository } = host;
  const invitations = invitationStore(database, clock);
  const invite = inviteService({ invitations, links, audit, origin });
  const { adminPolicies } = config.identities;
  return {
    ...invite,
    pages: invitationRoutes({
      frame,
      invitations,
      links,
      registration,
      totp,
      formDigest: digest('form'),
      address,
      origin,
      signIn,
      identityLinks: identityLinks({ database, links, logins: core.logins, audit }),
      responseFloorMs: config.login.responseFloorMs,
      clock,
      minPasswordLength: (kind) => policy.minLength(kind),
    }),
    carryOut: () => carryOutInvitations({ database, repository, invite, adminPolicies, clock }),
  };
}
