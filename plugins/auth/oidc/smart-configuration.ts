import type { SmartConfiguration } from '../../../src/plugin/sdk.ts';
import { CLIENT_ALGORITHMS } from './algorithms.ts';
import { ACCOUNT_PREFIX, PROVIDER_ROUTES } from './paths.ts';

/**
 * What the provider of this plugin supports of SMART App Launch.
 * @param issuer public origin, without a trailing slash
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
 */
export function smartConfiguration(issuer: string): SmartConfiguration {
  const url = (path: string): string => issuer + path;
  return {
    issuer,
    jwks_uri: url(PROVIDER_ROUTES.jwks),
    authorization_endpoint: url(PROVIDER_ROUTES.authorization),
    token_endpoint: url(PROVIDER_ROUTES.token),
    introspection_endpoint: url(PROVIDER_ROUTES.introspection),
    revocation_endpoint: url(PROVIDER_ROUTES.revocation),
    management_endpoint: url(ACCOUNT_PREFIX),
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: [...CLIENT_ALGORITHMS],
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
    response_types_supported: ['code'],
    scopes_supported: [
      'openid',
      'fhirUser',
      'offline_access',
      'online_access',
      'launch',
      'launch/patient',
      'launch/encounter',
      'patient/*.cruds',
      'user/*.cruds',
      'system/*.cruds',
    ],
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-banner',
      'context-style',
      'context-ehr-patient',
      'context-ehr-encounter',
      'context-standalone-patient',
      'context-standalone-encounter',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
