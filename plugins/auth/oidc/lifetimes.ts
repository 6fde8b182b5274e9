import type { Configuration } from 'oidc-provider';
import type { Clock } from '../../../src/plugin/sdk.ts';

/** Lifetime of access tokens, in seconds. */
export const ACCESS_TOKEN_TTL = 300;
/** Lifetime of a sign-in from the first page to the last, in seconds: setting up an authenticator app takes time. */
export const INTERACTION_TTL = 1800;
/** After this time, in seconds, both factors are asked for again, however active the session is. */
export const SESSION_TTL = 12 * 3600;

/**
 * Lifetimes in seconds. Those of sessions and refresh tokens count from the login: use and rotation do not prolong them.
 */
export function lifetimes(clock: Clock): NonNullable<Configuration['ttl']> {
  const left = (since: number | undefined): number => {
    const now = Math.floor(clock.now() / 1000);
    return Math.max(1, (since ?? now) + SESSION_TTL - now);
  };
  return {
    AccessToken: ACCESS_TOKEN_TTL,
    ClientCredentials: ACCESS_TOKEN_TTL,
    IdToken: ACCESS_TOKEN_TTL,
    AuthorizationCode: 60,
    Interaction: INTERACTION_TTL,
    Session: (_ctx, session) => left(session.loginTs),
    RefreshToken: (_ctx, token) => left(token.authTime ?? token.iiat),
    Grant: SESSION_TTL + ACCESS_TOKEN_TTL,
  };
}
