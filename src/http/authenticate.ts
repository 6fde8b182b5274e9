import type { IncomingMessage } from 'node:http';
import type { Principal } from '../access/principal.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Principals } from '../identity/principals.ts';
import type { Authenticator, TokenClaims } from '../plugin/sdk.ts';
import { tokenPresentation } from './token-presentation.ts';

const CREDENTIALS = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Longest token that is looked at. */
const MAX_TOKEN = 8_192;

const INVALID_TOKEN = { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };

/**
 * Finds out who asks.
 * @param origin public origin of the server, which is what proofs of possession name
 * @param network address of the client
 * @throws FhirError `AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`
 * @see https://www.rfc-editor.org/rfc/rfc6750, https://www.rfc-editor.org/rfc/rfc9449#section-7
 */
export async function authenticate(
  request: IncomingMessage,
  origin: string,
  authenticator: Authenticator,
  principals: Principals,
  network: string | undefined,
): Promise<Principal> {
  const { authorization } = request.headers;
  if (authorization === undefined) throw missing(authenticator);
  const [, scheme = '', token] =
    authorization.length > MAX_TOKEN ? [] : (CREDENTIALS.exec(authorization) ?? []);
  const claims =
    token === undefined ? undefined : await verify(authenticator, token, scheme, request, origin);
  if (claims === undefined) throw fhirError('AUTH_TOKEN_INVALID', {}, INVALID_TOKEN);
  return principals.ofToken(claims, network);
}

function missing({ challenges = [] }: Authenticator): Error {
  const headers = { 'WWW-Authenticate': ['Bearer', ...challenges].join(', ') };
  return fhirError('AUTH_TOKEN_MISSING', {}, { headers });
}

/** Every 401 bears a challenge (RFC 6750, 3); an authenticator may bring one of its own, such as for a step-up. */
async function verify(
  authenticator: Authenticator,
  token: string,
  scheme: string,
  request: IncomingMessage,
  origin: string,
): Promise<TokenClaims | undefined> {
  const kind = scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';
  try {
    return await authenticator.verify(token, tokenPresentation(request, origin, kind));
  } catch (error) {
    if (!isFhirError(error) || error.status !== 401) throw error;
    if (error.headers['WWW-Authenticate'] !== undefined) throw error;
    const code = error.code === 'AUTH_TOKEN_EXPIRED' ? error.code : 'AUTH_TOKEN_INVALID';
    throw fhirError(code, {}, { ...INVALID_TOKEN, cause: error });
  }
}
