import type { AllClientMetadata } from 'oidc-provider';
import type { ForeignClient } from '../../../src/plugin/sdk.ts';

/**
 * Registration metadata of a client that another plugin knows.
 * @param secret present for a client that proves itself with one
 * @returns undefined where the client could do nothing: neither a redirect nor an identity of its own
 * @see https://www.rfc-editor.org/rfc/rfc7591#section-2
 */
export function foreignMetadata(
  client: ForeignClient,
  secret: string | undefined,
): AllClientMetadata | undefined {
  const { clientId, redirectUris, service, proof } = client;
  const redirects = redirectUris.length > 0;
  const grants = [
    ...(redirects ? ['authorization_code', 'refresh_token'] : []),
    ...(service !== undefined && proof !== undefined ? ['client_credentials'] : []),
  ];
  if (grants.length === 0) return undefined;
  const proven = proofMetadata(proof, secret);
  if (proven === undefined) return undefined;
  return {
    client_id: clientId,
    application_type: client.type,
    redirect_uris: [...redirectUris],
    response_types: redirects ? ['code'] : [],
    grant_types: grants,
    first_party: client.firstParty,
    allowed_origins: client.allowedOrigins,
    ...(client.accessTokenSeconds === undefined
      ? {}
      : { access_token_seconds: client.accessTokenSeconds }),
    ...(client.launchUrl === undefined ? {} : { launch_url: client.launchUrl }),
    ...proven,
    ...(service === undefined || proof === undefined
      ? {}
      : { fhir_profile: service.profile, fhir_scope: service.scope }),
  };
}

/** Undefined: the client is to prove itself with a secret and has none, which must not make it public. */
function proofMetadata(
  proof: ForeignClient['proof'],
  secret: string | undefined,
): Partial<AllClientMetadata> | undefined {
  switch (proof?.kind) {
    case undefined:
      return { token_endpoint_auth_method: 'none' };
    case 'private_key_jwt':
      return { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: proof.jwksUri };
    case 'client_secret':
      return secret === undefined
        ? undefined
        : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret };
  }
}
