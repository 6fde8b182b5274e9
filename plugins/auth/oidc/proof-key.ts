import { decodeProtectedHeader } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { keyWeakness } from '../clients/key-weakness.ts';

/**
 * Refuses to bind a token to a key that is too weak; that it proves what it should was checked before.
 * @throws InvalidDpopProof
 * @see BSI TR-02102-1: RSA of 3000 bits and more
 */
export function assertStrongProofKey(ctx: KoaContextWithOIDC): void {
  const { jwk } = decodeProtectedHeader(ctx.get('dpop'));
  const weakness = jwk === undefined ? 'it has no key' : keyWeakness(jwk);
  if (weakness !== undefined) throw new errors.InvalidDpopProof(`the key is refused: ${weakness}`);
}
