import { decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { isAboutResources, NO_RESOURCES } from '../../../src/plugin/sdk.ts';
import type { Authenticator, Clock, Mode, TokenClaims } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { TOKEN_ALGORITHMS } from '../keys/key-file.ts';
import type { Login } from '../logins/login.ts';
import { type AccessTokenClaims, accessTokenSchema } from './access-token-schema.ts';
import type { Possession } from './possession.ts';
import { dpopChallenge } from './proof-refusal.ts';
import { tokenKey } from './store-key.ts';
import type { Revocations } from './revocations.ts';
import type { VerifiedToken, VerifiedTokens } from './verified-tokens.ts';

/** No token of this issuer is longer, in characters. */
const TOKEN_MAX_LENGTH = 4096;

export interface AuthenticatorParts {
  readonly issuer: string;
  readonly audience: string;
  /** Public keys of the issuer as they are now. */
  readonly keys: JWTVerifyGetKey;
  readonly clock: Clock;
  readonly mode: Mode;
  readonly verified: VerifiedTokens;
  readonly revocations: Revocations;
  readonly possession: Possession;
  /** The login of an id; undefined: there is none. */
  readonly login: (id: string) => Promise<Pick<Login, 'expiresAt' | 'revoked'> | undefined>;
  /** Is told of the use of a login. */
  readonly used: (loginId: string) => void;
}

/** The authenticator, and a look at a token by who does not show it as its holder. */
export interface TokenVerifier extends Authenticator {
  /**
   * Examines a token without asking for its key. @returns undefined: it is not of this issuer
   * @throws FhirError `AUTH_TOKEN_EXPIRED`, `AUTH_TOKEN_INVALID`
   */
  examine(token: string): Promise<VerifiedToken | undefined>;
}

/**
 * Verifies access tokens of this issuer: algorithm and type from an allow-list, signature, issuer, audience, expiry, the
 * claims one by one, revocation, and whether the one who shows it holds the key it is bound to. What was verified once is
 * remembered until it expires; a plain bearer token costs one look-up after that.
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export function authenticator(parts: AuthenticatorParts): TokenVerifier {
  const verifyOnce = async (token: string): Promise<VerifiedToken> => {
    const payload = await verifySignature(parts, token);
    const claims = accessTokenSchema.safeParse(payload);
    if (!claims.success) throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'claims' });
    const { grant, cnf } = claims.data;
    return { claims: tokenClaims(claims.data), grantKey: grant, bound: cnf, said: claims.data };
  };
  const examine = async (token: string): Promise<VerifiedToken | undefined> => {
    const known = parts.verified.get(token);
    if (known === undefined && !isOfIssuer(token, parts.issuer)) return undefined;
    const verified = known ?? (await verifyOnce(token));
    if (known === undefined) parts.verified.set(token, verified);
    const { grantKey, claims } = verified;
    // A token of a grant can be revoked alone too.
    if (
      (grantKey !== undefined && parts.revocations.has(grantKey)) ||
      parts.revocations.has(tokenKey(claims.tokenId))
    ) {
      throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'revoked' });
    }
    if (parts.mode === 'production' && claims.clientId.startsWith('sandbox-')) {
      throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'sandbox identity' });
    }
    return verified;
  };
  return {
    examine,
    challenges: [dpopChallenge()],
    async hasEnded({ loginId, tokenId }) {
      if (parts.revocations.has(tokenKey(tokenId))) return true;
      if (loginId === undefined) return false;
      const login = await parts.login(loginId);
      return login === undefined || login.revoked || login.expiresAt.getTime() <= parts.clock.now();
    },
    async verify(token, presentation) {
      const verified = await examine(token);
      if (verified === undefined) return undefined;
      const { claims, bound } = verified;
      if (bound !== undefined || presentation?.scheme === 'DPoP') {
        await parts.possession(token, bound, presentation);
      }
      if (claims.loginId !== undefined) parts.used(claims.loginId);
      return claims;
    },
  };
}

async function verifySignature(parts: AuthenticatorParts, token: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, parts.keys, {
      issuer: parts.issuer,
      audience: parts.audience,
      algorithms: [...TOKEN_ALGORITHMS],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti'],
      currentDate: new Date(parts.clock.now()),
    });
    return payload;
  } catch (cause) {
    const code = cause instanceof errors.JWTExpired ? 'AUTH_TOKEN_EXPIRED' : 'AUTH_TOKEN_INVALID';
    throw authError(code, {}, { cause });
  }
}

function tokenClaims(claims: AccessTokenClaims): TokenClaims {
  return {
    profile: claims.profile,
    subject: claims.sub,
    clientId: claims.client_id,
    tokenId: claims.jti,
    expiresAt: claims.exp,
    scope: scopeOf(claims),
    ...(claims.acr === undefined ? {} : { acr: claims.acr }),
    ...(claims.amr === undefined ? {} : { amr: claims.amr }),
    ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time }),
    ...(claims.login_id === undefined ? {} : { loginId: claims.login_id }),
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
  };
}

/** Without a scope about resources a token has the whole policy of its identity, which is for apps of this maker alone. */
function scopeOf({ scope, scoped }: AccessTokenClaims): string {
  return scoped !== true || scope.split(' ').some(isAboutResources)
    ? scope
    : `${scope} ${NO_RESOURCES}`;
}

function isOfIssuer(token: string, issuer: string): boolean {
  if (token.length > TOKEN_MAX_LENGTH) return false;
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}
