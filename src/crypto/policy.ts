/** Uses of cryptography that have a closed list. */
export type CryptoUse = keyof typeof LISTED;

/**
 * What BSI TR-02102-1 (2025-01) lists, by the names that Node and JOSE have for it. What is missing here is not allowed,
 * however sound it may be: EdDSA, X25519 and ChaCha20-Poly1305 among others.
 */
const LISTED = {
  /** Table 4.1. */
  hash: ['sha256', 'sha384', 'sha512', 'sha512-256', 'sha3-256', 'sha3-384', 'sha3-512'],
  /** Table 5.1: HMAC with one of the hashes. */
  mac: ['sha256', 'sha384', 'sha512', 'sha512-256', 'sha3-256', 'sha3-384', 'sha3-512'],
  /** Table 2.2. CTR only where something else authenticates the text. */
  cipher: [
    'aes-128-gcm',
    'aes-192-gcm',
    'aes-256-gcm',
    'aes-128-ccm',
    'aes-192-ccm',
    'aes-256-ccm',
    'aes-128-ctr',
    'aes-192-ctr',
    'aes-256-ctr',
  ],
  /** Table 5.5 as JOSE names it. @see https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
  jws: ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
  /** The same as COSE numbers it. @see https://www.iana.org/assignments/cose/cose.xhtml */
  cose: ['-7', '-35', '-36'],
  /** Table 3.3. */
  curve: [
    'P-256',
    'P-384',
    'P-521',
    'prime256v1',
    'secp384r1',
    'secp521r1',
    'brainpoolP256r1',
    'brainpoolP384r1',
    'brainpoolP512r1',
  ],
  /** Section B.1: keys from keys, and keys from passwords. */
  kdf: ['hkdf', 'argon2id'],
} as const;

/** A use of cryptography that the policy does not list. */
export class CryptoPolicyError extends Error {
  readonly code = 'CRYPTO_NOT_LISTED';

  /** @param name as it was asked for; names of algorithms are no secrets */
  constructor(use: CryptoUse, name: string) {
    super(
      `CRYPTO_NOT_LISTED: ${name.slice(0, 64)} is no ${use} of BSI TR-02102-1; listed are ${LISTED[use].join(', ')}`,
    );
    this.name = 'CryptoPolicyError';
  }
}

/** The names that are listed for a use. */
export function listedAlgorithms<Use extends CryptoUse>(use: Use): (typeof LISTED)[Use] {
  return LISTED[use];
}

/** True if an algorithm may be used. */
export function isListed(use: CryptoUse, name: string): boolean {
  return (LISTED[use] as readonly string[]).includes(name);
}

/**
 * The name of an algorithm, if it may be used.
 * @throws CryptoPolicyError `CRYPTO_NOT_LISTED`
 * @see BSI TR-02102-1
 */
export function requireListed<Name extends string>(use: CryptoUse, name: Name): Name {
  if (!isListed(use, name)) throw new CryptoPolicyError(use, name);
  return name;
}
