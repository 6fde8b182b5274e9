import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import type { AllClientMetadata } from 'oidc-provider';
import type { AppConfig, ServiceAccountConfig } from '../config.ts';
import { authError } from '../errors.ts';
import { keyWeakness } from './key-weakness.ts';

/** How a client proves itself, as registration metadata, and the RFC 7638 thumbprints of its keys. */
export interface ClientProof {
  readonly metadata: Partial<AllClientMetadata>;
  readonly keyThumbprints: readonly string[];
}

/** An app is public unless it has keys. @throws FhirError `AUTH_CLIENT_INVALID` when a key is too weak */
export async function appProof(app: AppConfig): Promise<ClientProof> {
  const keys = await clientKeys(app.clientId, app);
  const method = app.jwks === undefined && app.jwksUri === undefined ? 'none' : 'private_key_jwt';
  return {
    metadata: {
      token_endpoint_auth_method: method,
      ...keys.metadata,
      ...(app.dpop === true ? { dpop_bound_access_tokens: true } : {}),
      ...(app.par === true ? { require_pushed_authorization_requests: true } : {}),
    },
    keyThumbprints: keys.keyThumbprints,
  };
}

/**
 * Who proves itself by a certificate gets tokens that are bound to it.
 * @see https://www.rfc-editor.org/rfc/rfc8705
 * @throws FhirError `AUTH_CLIENT_INVALID` when a key is too weak
 */
export async function serviceProof(account: ServiceAccountConfig): Promise<ClientProof> {
  const { metadata, keyThumbprints } = await clientKeys(account.clientId, account);
  const { proof, certificate } = account;
  return {
    metadata: {
      token_endpoint_auth_method: proof,
      ...metadata,
      ...(proof === 'private_key_jwt' ? {} : { tls_client_certificate_bound_access_tokens: true }),
      ...(certificate === undefined ? {} : nameMetadata(certificate)),
    },
    keyThumbprints,
  };
}

function nameMetadata(
  certificate: NonNullable<ServiceAccountConfig['certificate']>,
): Partial<AllClientMetadata> {
  if ('subjectDn' in certificate) return { tls_client_auth_subject_dn: certificate.subjectDn };
  if ('sanDns' in certificate) return { tls_client_auth_san_dns: certificate.sanDns };
  return { tls_client_auth_san_uri: certificate.sanUri };
}

async function clientKeys(
  client: string,
  {
    jwks,
    jwksUri,
  }: {
    readonly jwks?: { readonly keys: readonly object[] } | undefined;
    readonly jwksUri?: string | undefined;
  },
): Promise<ClientProof> {
  if (jwksUri !== undefined) return { metadata: { jwks_uri: jwksUri }, keyThumbprints: [] };
  if (jwks === undefined) return { metadata: {}, keyThumbprints: [] };
  const keys = jwks.keys as JWK[];
  for (const key of keys) {
    const reason = keyWeakness(key);
    if (reason !== undefined) throw authError('AUTH_CLIENT_INVALID', { client, reason });
  }
  const keyThumbprints = await Promise.all(keys.map((key) => calculateJwkThumbprint(key)));
  return { metadata: { jwks: { keys } }, keyThumbprints };
}
