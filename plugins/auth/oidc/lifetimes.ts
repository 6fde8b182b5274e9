import type { Configuration } from 'oidc-provider';
import type { Clock } from '../../../src/plugin/sdk.ts';
import type { LoginsConfig } from '../config/logins.ts';

/** Lifetime of access tokens, in seconds. */
export const ACCESS_TOKEN_TTL = 300;
/** Longest lifetime of access tokens that a client of another plugin may have, in seconds. */
export const MAX_ACCESS_TOKEN_TTL = 900;
/** Lifetime of a sign-in from the first page to the last, in seconds: setting up an authenticator app takes time. */
export const INTERACTION_TTL = 1800;

const DAY = 86_400;

/**
 * Lifetimes in seconds. Those of sessions and refresh tokens count from the login: use and rotation do not prolong them.
 * They are the longest that any class of identity may have; the login row holds the limits of the one at hand.
 */
export function lifetimes(clock: Clock, config: LoginsConfig): NonNullable<Configuration['ttl']> {
  const { patient, staff, admin, deviceDays } = config;
  const session =
    60 * Math.max(patient.absoluteMinutes, staff.absoluteMinutes, admin.absoluteMinutes);
  const device = Math.max(session, deviceDays * DAY);
  const left = (since: number | undefined, whole: number): number => {
    const now = Math.floor(clock.now() / 1000);
    return Math.max(1, (since ?? now) + whole - now);
  };
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ACCESS_TOKEN_TTL,
    ClientCredentials: ACCESS_TOKEN_TTL,
    IdToken: ACCESS_TOKEN_TTL,
    AuthorizationCode: 60,
    Interaction: INTERACTION_TTL,
    Session: (_ctx, kept) => left(kept.loginTs, session),
    RefreshToken: (_ctx, token) =>
      left(token.authTime ?? token.iiat, token.jkt === undefined ? session : device),
    Grant: device + MAX_ACCESS_TOKEN_TTL,
  };
}
