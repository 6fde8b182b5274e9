import type { Principal } from '../access/principal.ts';
import { fhirError } from '../fhir/outcome/codes.ts';
import type { Principals } from '../identity/principals.ts';
import type { Authenticator } from '../plugin/sdk.ts';

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Longest token that is looked at. */
const MAX_TOKEN = 8_192;

const CHALLENGE = { headers: { 'WWW-Authenticate': 'Bearer' } };

/**
 * Finds out who asks.
 * @throws FhirError `AUTH_TOKEN_MISSING`, `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export async function authenticate(
  authorization: string | undefined,
  authenticator: Authenticator,
  principals: Principals,
): Promise<Principal> {
  if (authorization === undefined) throw fhirError('AUTH_TOKEN_MISSING', {}, CHALLENGE);
  const token = authorization.length > MAX_TOKEN ? undefined : BEARER.exec(authorization)?.[1];
  const claims = token === undefined ? undefined : await authenticator.verify(token);
  if (claims === undefined) {
    throw fhirError(
      'AUTH_TOKEN_INVALID',
      {},
      { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } },
    );
  }
  return principals.ofToken(claims);
}
