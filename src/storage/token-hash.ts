import { createHmac, hash } from 'node:crypto';

/** Maps an index key (see `index-keys.ts`) to the 64 bits that stand for it in the index. */
export type TokenHash = (key: string) => bigint;

/** Keys remembered per process; the codes, systems and statuses of a deployment are few, and hashing costs more. */
const CACHE_ENTRIES = 20_000;

/**
 * The keyed hash of index keys. It is keyed because nobody may be able to find two values with one hash: what collides
 * with a patient's compartment would appear in that compartment. The key is made once per database and never leaves it.
 * @param secret 32 random bytes
 */
export function createTokenHash(secret: Buffer): TokenHash {
  // One HMAC derives the prefix; then a plain one-shot SHA-256 over prefix and key is as good as an HMAC, because only
  // 64 of the 256 bits are kept (nothing to extend), and it costs half.
  const prefix = createHmac('sha256', secret).update('diga-server index v1').digest('hex');
  const cache = new Map<string, bigint>();
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const value = hash('sha256', prefix + key, 'buffer').readBigInt64BE(0);
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(key, value);
    return value;
  };
}
