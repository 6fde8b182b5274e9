import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import type { AppConfig, ServiceAccountConfig } from '../config.ts';
import { authError } from '../errors.ts';
import type { ClientKind, OAuthClient } from './client-store.ts';
import { keyWeakness } from './key-weakness.ts';

/** Registration of an app: public client, code flow with PKCE, rotating refresh tokens. */
export function appClient(app: AppConfig): OAuthClient {
  return {
    clientId: app.clientId,
    kind: 'app',
    metadata: {
      client_id: app.clientId,
      application_type: app.type,
      redirect_uris: app.redirectUris,
      post_logout_redirect_uris: app.postLogoutRedirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      first_party: app.firstParty,
      allowed_origins: app.allowedOrigins,
    },
    owner: app.owner,
    purpose: app.purpose,
    keyThumbprints: [],
  };
}

/**
 * Registration of a service account: `private_key_jwt` and the client credentials grant, nothing else.
 * @see https://hl7.org/fhir/smart-app-launch/backend-services.html
 * @throws FhirError `AUTH_CLIENT_INVALID` when a key is too weak.
 */
export async function serviceClient(
  account: ServiceAccountConfig,
  kind: ClientKind = 'service',
): Promise<OAuthClient> {
  const keys = account.jwks.keys as JWK[];
  for (const key of keys) {
    const reason = keyWeakness(key);
    if (reason !== undefined) {
      throw authError('AUTH_CLIENT_INVALID', { client: account.clientId, reason });
    }
  }
  return {
    clientId: account.clientId,
    kind,
    metadata: {
      client_id: account.clientId,
      application_type: 'web',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys },
      first_party: true,
      fhir_profile: account.profile,
      fhir_scope: account.scope,
    },
    profile: account.profile,
    owner: account.owner,
    purpose: account.purpose,
    rotationDays: account.rotationDays,
    keyThumbprints: await Promise.all(keys.map((key) => calculateJwkThumbprint(key))),
  };
}
