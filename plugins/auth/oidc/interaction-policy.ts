import { errors, interactionPolicy } from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AccountIdentity, Clock, IdentityClass } from '../../../src/plugin/sdk.ts';
import type { ChosenIdentity } from '../identities/chosen-identity.ts';
import { identityAcrCheck, identityPrompt } from '../identities/identity-prompt.ts';
import type { LoginLimits } from '../logins/login-limits.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { launchPrompt } from '../smart/launch-prompt.ts';
import type { Launching } from '../smart/launching.ts';
import { storeKey } from '../tokens/store-key.ts';
import { acrSatisfies } from './acr.ts';
import { requiredAcr } from './required-acr.ts';

export interface InteractionPolicyParts {
  readonly logins: LoginStore;
  readonly limits: LoginLimits;
  readonly chosen: ChosenIdentity;
  readonly launching: Launching;
  readonly clock: Clock;
}

/**
 * When a page is shown. Native apps always get the login page: their redirect can be caught by another app, so no
 * session may answer for the person (RFC 8252, section 8.6). A session that is too old, too long unused or too weak for
 * what is asked does not answer either. First-party apps need no consent page.
 */
export function loginPolicy(parts: InteractionPolicyParts): interactionPolicy.DefaultPolicy {
  const { chosen, logins } = parts;
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  const login = policy.get('login');
  if (login === undefined) throw new TypeError('The provider has no login prompt');
  // The ladder of levels takes their place: a stronger level than the one that is asked for is enough.
  login.checks.remove('essential_acr');
  login.checks.remove('essential_acrs');
  login.checks.add(
    new interactionPolicy.Check(
      'native_client_login',
      'native apps sign in every time',
      'login_required',
      (ctx) => ctx.oidc.client?.applicationType === 'native' && !isFresh(ctx),
    ),
  );
  login.checks.add(
    new interactionPolicy.Check(
      'session_over',
      'both factors are needed again',
      'login_required',
      (ctx) => sessionOver(ctx, parts),
    ),
  );
  login.checks.add(
    new interactionPolicy.Check(
      'account_secured',
      'the sign-in is older than what protects the account',
      'login_required',
      securedSince,
    ),
  );
  login.checks.add(
    new interactionPolicy.Check(
      'acr_too_weak',
      'a stronger sign-in is needed',
      'login_required',
      acrTooWeak,
      (ctx) => ({ acr: requiredAcr(ctx).values }),
    ),
  );
  const acting = async (ctx: KoaContextWithOIDC): Promise<AccountIdentity | undefined> => {
    const { client, session } = ctx.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    const grantId = session.grantIdFor(client.clientId);
    const known = grantId === undefined ? undefined : await logins.byGrantKey(storeKey(grantId));
    return chosen.of(ctx, known?.membershipId);
  };
  login.checks.add(identityAcrCheck(acting));
  policy.add(
    launchPrompt(async (ctx) => {
      const identity = await acting(ctx);
      return identity === undefined
        ? { context: {} }
        : parts.launching.of(ctx, identity.membershipId);
    }),
    1,
  );
  policy.add(
    identityPrompt(
      async (ctx) => ctx.oidc.session?.accountId !== undefined && (await acting(ctx)) === undefined,
    ),
    1,
  );
  return policy;
}

/** True where the person has signed in for this request. */
function isFresh(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.result !== undefined && 'login' in ctx.oidc.result;
}

/**
 * True for what was proven before the account was locked or its factors were replaced, even where a page has kept it since.
 * Times of sign-ins are whole seconds.
 */
function securedSince(ctx: KoaContextWithOIDC): boolean {
  const { account, session } = ctx.oidc;
  const { securedAt } = (account ?? {}) as { readonly securedAt?: Date };
  if (securedAt === undefined || session?.loginTs === undefined) return false;
  return session.loginTs < Math.floor(securedAt.getTime() / 1000);
}

const STRICTEST: readonly IdentityClass[] = ['admin', 'staff', 'patient'];

async function sessionOver(
  ctx: KoaContextWithOIDC,
  { chosen, clock, limits, logins }: InteractionPolicyParts,
): Promise<boolean> {
  const { session } = ctx.oidc;
  if (session?.accountId === undefined || session.loginTs === undefined || isFresh(ctx))
    return false;
  const kept = await logins.ofSession(storeKey(session.uid));
  const identity = await chosen.of(ctx, kept[0]?.membershipId);
  const classes = [
    ...kept.map((login) => login.class),
    ...(identity === undefined ? [] : [identity.class]),
  ];
  const strictest = STRICTEST.find((kind) => classes.includes(kind)) ?? 'admin';
  const lastUsed = kept[0]?.lastUsedAt.getTime();
  return !limits.fresh(strictest, session.loginTs * 1000, lastUsed, clock.now());
}

/**
 * @throws UnmetAuthenticationRequirements where the person has just signed in and could not do better
 * @see https://www.rfc-editor.org/rfc/rfc9470#section-5
 */
function acrTooWeak(ctx: KoaContextWithOIDC): boolean {
  const { session } = ctx.oidc;
  const { values } = requiredAcr(ctx);
  if (values.length === 0 || session?.accountId === undefined) return false;
  if (acrSatisfies(session.acr, values)) return false;
  if (isFresh(ctx)) {
    throw new errors.UnmetAuthenticationRequirements('the sign-in was not strong enough');
  }
  return true;
}
