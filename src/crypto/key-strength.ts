import type { KeyObject } from 'node:crypto';
import { isListed } from './policy.ts';

/** Smallest modulus of RSA in bits. @see BSI TR-02102-1, table 1.2 */
export const MIN_RSA_BITS = 3000;

/**
 * Why an asymmetric key is too weak or of a kind that is not listed; undefined: it may be used.
 * @see BSI TR-02102-1: RSA of 3000 bits and more, listed curves of 250 bits and more
 */
export function weaknessOf(key: KeyObject): string | undefined {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return modulusLength !== undefined && modulusLength >= MIN_RSA_BITS
        ? undefined
        : `RSA keys need ${MIN_RSA_BITS} bits, this one has ${modulusLength ?? 'unknown'}`;
    case 'ec':
      return namedCurve !== undefined && isListed('curve', namedCurve)
        ? undefined
        : `the curve ${namedCurve ?? 'of the key'} is not listed`;
    default:
      return `keys of type ${key.asymmetricKeyType ?? 'secret'} are not listed`;
  }
}
