import { createHmac, hkdfSync } from 'node:crypto';

/** Keyed digest of one purpose: what it is made from cannot be guessed without the key. */
export type KeyedDigest = (...parts: readonly string[]) => Buffer;

/** HMAC-SHA-256 under a key derived (HKDF) from the pepper for one purpose, so that purposes never collide. */
export function keyedDigest(pepper: Buffer, purpose: string): KeyedDigest {
  const key = Buffer.from(hkdfSync('sha256', pepper, '', purpose, 32));
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}
