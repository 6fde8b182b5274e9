import { createHmac, hkdfSync } from 'node:crypto';

/** Keyed digest of one purpose: what it is made from cannot be guessed without the key. */
export type CodeDigest = (...parts: readonly string[]) => Buffer;

/**
 * HMAC-SHA-256 under a key derived (HKDF) from the pepper for one purpose. A plain hash would not do: a code has sixty
 * bits at most, and its prefix and check character are known.
 */
export function keyedDigest(pepper: Buffer, purpose: string): CodeDigest {
  const key = Buffer.from(hkdfSync('sha256', pepper, '', purpose, 32));
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}
