import { hash } from 'node:crypto';

/**
 * Name of a grant or session that may appear in a token: it leads from the token to its revocation and nowhere else,
 * because only the id itself, which is random and never leaves the store, opens anything.
 */
export function storeKey(id: string): string {
  return hash('sha256', id, 'base64url');
}

/** Name of a single token among the revoked grants, for tokens that hang on no grant. */
export function tokenKey(tokenId: string): string {
  return `jti ${tokenId}`;
}
