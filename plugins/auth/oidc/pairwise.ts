import type { AllClientMetadata, Configuration } from 'oidc-provider';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/**
 * Subjects that differ from client to client, so that two apps cannot find out that they serve the same person.
 * @param digest keyed; nobody else can compute the subject of an account
 * @see https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg
 */
export function pairwiseSubject(
  digest: KeyedDigest,
): NonNullable<Configuration['pairwiseIdentifier']> {
  return async (_ctx, accountId, client) =>
    digest(client.clientId, accountId).toString('base64url');
}

/**
 * Each client is a sector of its own, whatever hosts its redirects lie on. The provider wants a URL for a client with
 * several; it is never fetched.
 */
export function withOwnSector(metadata: AllClientMetadata): AllClientMetadata {
  const redirects = metadata.response_types?.length !== 0;
  if (!redirects || metadata.sector_identifier_uri !== undefined) return metadata;
  const sector = `https://sector.invalid/${encodeURIComponent(String(metadata.client_id))}`;
  return { ...metadata, sector_identifier_uri: sector };
}
