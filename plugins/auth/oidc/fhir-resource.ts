import { errors } from 'oidc-provider';
import type { Client, ResourceServer } from 'oidc-provider';
import { ACCESS_TOKEN_TTL } from './lifetimes.ts';

/** Scopes that apps may ask for; what a token may do is decided by the AccessPolicy of its identity. */
export const APP_SCOPES = 'launch/patient patient/*.rs patient/*.cruds user/*.rs user/*.cruds';

/**
 * The FHIR base as the only resource server: JWT access tokens in the profile of RFC 9068.
 * @throws InvalidTarget for any other resource indicator.
 */
export function fhirResource(audience: string, indicator: string, client: Client): ResourceServer {
  if (indicator !== audience) throw new errors.InvalidTarget();
  const serviceScope = client['fhir_scope'];
  return {
    audience,
    scope: typeof serviceScope === 'string' ? serviceScope : APP_SCOPES,
    accessTokenTTL: ACCESS_TOKEN_TTL,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}
