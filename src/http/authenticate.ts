import type { Principal } from '../access/principal.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Principals } from '../identity/principals.ts';
import type { Authenticator, TokenClaims } from '../plugin/sdk.ts';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Longest token that is looked at. */
const MAX_TOKEN = 8_192;

const CHALLENGE = { headers: { 'WWW-Authenticate': 'Bearer' } };

const INVALID_TOKEN = { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };

/**
 * Finds out who asks.
 * @param network address of the client
 * @throws FhirError `AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export async function authenticate(
  authorization: string | undefined,
  authenticator: Authenticator,
  principals: Principals,
  network: string | undefined,
): Promise<Principal> {
  if (authorization === undefined) throw fhirError('AUTH_TOKEN_MISSING', {}, CHALLENGE);
  const token = authorization.length > MAX_TOKEN ? undefined : BEARER.exec(authorization)?.[1];
  const claims = token === undefined ? undefined : await verify(authenticator, token);
  if (claims === undefined) throw fhirError('AUTH_TOKEN_INVALID', {}, INVALID_TOKEN);
  return principals.ofToken(claims, network);
}

/** Every 401 bears a challenge (RFC 6750, 3); an authenticator may bring one of its own, such as for a step-up. */
async function verify(
  authenticator: Authenticator,
  token: string,
): Promise<TokenClaims | undefined> {
  try {
    return await authenticator.verify(token);
  } catch (error) {
    if (!isFhirError(error) || error.status !== 401) throw error;
    if (error.headers['WWW-Authenticate'] !== undefined) throw error;
    const code = error.code === 'AUTH_TOKEN_EXPIRED' ? error.code : 'AUTH_TOKEN_INVALID';
    throw fhirError(code, {}, { ...INVALID_TOKEN, cause: error });
  }
}
