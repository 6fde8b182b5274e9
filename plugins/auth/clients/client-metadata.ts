import type { AppConfig, ServiceAccountConfig } from '../config.ts';
import type { ClientKind, OAuthClient } from './client-store.ts';
import { appProof, serviceProof } from './proof-metadata.ts';

/**
 * Registration of an app: code flow with PKCE, rotating refresh tokens; a public client unless it has keys.
 * @throws FhirError `AUTH_CLIENT_INVALID` when a key is too weak.
 */
export async function appClient(app: AppConfig): Promise<OAuthClient> {
  const proof = await appProof(app);
  return {
    clientId: app.clientId,
    kind: 'app',
    metadata: {
      client_id: app.clientId,
      ...(app.name === undefined ? {} : { client_name: app.name }),
      application_type: app.type,
      redirect_uris: app.redirectUris,
      post_logout_redirect_uris: app.postLogoutRedirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      ...proof.metadata,
      first_party: app.firstParty,
      allowed_origins: app.allowedOrigins,
      ...(app.launchUrl === undefined ? {} : { launch_url: app.launchUrl }),
    },
    owner: app.owner,
    purpose: app.purpose,
    keyThumbprints: proof.keyThumbprints,
  };
}

/**
 * Registration of a service account: the client credentials grant, nothing else.
 * @see https://hl7.org/fhir/smart-app-launch/backend-services.html
 * @throws FhirError `AUTH_CLIENT_INVALID` when a key is too weak.
 */
export async function serviceClient(
  account: ServiceAccountConfig,
  kind: ClientKind = 'service',
): Promise<OAuthClient> {
  const proof = await serviceProof(account);
  return {
    clientId: account.clientId,
    kind,
    metadata: {
      client_id: account.clientId,
      application_type: 'web',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      ...proof.metadata,
      first_party: true,
      fhir_profile: account.profile,
      fhir_scope: account.scope,
    },
    profile: account.profile,
    owner: account.owner,
    purpose: account.purpose,
    rotationDays: account.rotationDays,
    ...(account.reviewedOn === undefined ? {} : { reviewedOn: account.reviewedOn }),
    keyThumbprints: proof.keyThumbprints,
  };
}
