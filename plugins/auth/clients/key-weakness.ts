import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

const MIN_RSA_BITS = 3000;
const CURVES = new Set(['P-256', 'P-384', 'P-521']);

/**
 * Why a public key of a client is not accepted, or undefined: it is.
 * @see BSI TR-02102-1: RSA of 3000 bits and more, elliptic curves of 250 bits and more
 */
export function keyWeakness(jwk: JsonWebKey): string | undefined {
  if (typeof jwk.d === 'string') return 'it contains a private key';
  if (jwk.kty === 'EC' && !CURVES.has(jwk.crv ?? ''))
    return 'its curve is not P-256, P-384 or P-521';
  if (jwk.kty !== 'EC' && jwk.kty !== 'RSA') return 'its keys must be EC or RSA';
  try {
    const bits = createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? 'RSA keys need 3000 bits' : undefined;
  } catch {
    return 'a key cannot be read';
  }
}
