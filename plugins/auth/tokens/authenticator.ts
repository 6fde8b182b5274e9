import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { z } from 'zod';
import type { Authenticator, Clock, Mode, TokenClaims } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { tokenKey } from './store-key.ts';
import type { Revocations } from './revocations.ts';
import type { VerifiedToken, VerifiedTokens } from './verified-tokens.ts';

/** No token of this issuer is longer, in characters. */
const TOKEN_MAX_LENGTH = 4096;

const accessToken = z.object({
  sub: z.string().min(1),
  jti: z.string().min(1),
  exp: z.int(),
  client_id: z.string().min(1),
  profile: z.string().regex(/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/),
  scope: z.string().default(''),
  acr: z.string().optional(),
  grant: z.string().optional(),
  session: z.string().optional(),
  // A token bound to a key of the client is worth nothing without the proof, which does not reach this place.
  cnf: z.undefined().optional(),
});

/**
 * Verifies access tokens of this issuer: algorithm and type from an allow-list, signature, issuer, audience, expiry,
 * revocation. What was verified once is remembered until it expires.
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export function authenticator(parts: {
  readonly issuer: string;
  readonly audience: string;
  readonly publicKeys: JSONWebKeySet;
  readonly clock: Clock;
  readonly mode: Mode;
  readonly verified: VerifiedTokens;
  readonly revocations: Revocations;
}): Authenticator {
  const keys = createLocalJWKSet(parts.publicKeys);
  const verifyOnce = async (token: string): Promise<VerifiedToken> => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer: parts.issuer,
        audience: parts.audience,
        algorithms: ['ES256'],
        typ: 'at+jwt',
        requiredClaims: ['exp', 'iat', 'jti'],
        currentDate: new Date(parts.clock.now()),
      }));
    } catch (cause) {
      throw authError(
        isExpired(cause) ? 'AUTH_TOKEN_EXPIRED' : 'AUTH_TOKEN_INVALID',
        {},
        { cause },
      );
    }
    const claims = accessToken.safeParse(payload);
    if (!claims.success) throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'claims' });
    const { grant, session } = claims.data;
    return { claims: tokenClaims(claims.data), grantKey: grant, sessionKey: session };
  };
  return {
    async verify(token) {
      const known = parts.verified.get(token);
      if (known === undefined && !isOfIssuer(token, parts.issuer)) return undefined;
      const verified = known ?? (await verifyOnce(token));
      if (known === undefined) parts.verified.set(token, verified);
      const { grantKey, claims } = verified;
      if (parts.revocations.has(grantKey ?? tokenKey(claims.tokenId))) {
        throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'revoked' });
      }
      if (parts.mode === 'production' && claims.clientId.startsWith('sandbox-')) {
        throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'sandbox identity' });
      }
      return claims;
    },
  };
}

function tokenClaims(claims: z.output<typeof accessToken>): TokenClaims {
  return {
    profile: claims.profile,
    subject: claims.sub,
    clientId: claims.client_id,
    tokenId: claims.jti,
    expiresAt: claims.exp,
    scope: claims.scope,
    ...(claims.acr === undefined ? {} : { acr: claims.acr }),
  };
}

function isOfIssuer(token: string, issuer: string): boolean {
  if (token.length > TOKEN_MAX_LENGTH) return false;
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof errors.JWTExpired;
}
