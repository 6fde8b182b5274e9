import { createHmac, timingSafeEqual } from 'node:crypto';

/** What the `cookies` module asks of a signer. */
export interface CookieSigner {
  sign(data: string): string;
  verify(data: string, digest: string): boolean;
  /** Position of the key that made the digest, -1 for none; a cookie signed with an older key is signed anew. */
  index(data: string, digest: string): number;
}

/** Signs cookies with HMAC-SHA-256; the default of the cookie library is HMAC-SHA-1, which is not on the BSI list. */
export function cookieSigner(keys: readonly Buffer[]): CookieSigner {
  const first = keys[0];
  if (first === undefined) throw new TypeError('A cookie signer needs a key');
  const mac = (key: Buffer, data: string): string =>
    createHmac('sha256', key).update(data).digest('base64url');
  const index = (data: string, digest: string): number => {
    const given = Buffer.from(digest);
    return keys.findIndex((key) => {
      const expected = Buffer.from(mac(key, data));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  };
  return {
    sign: (data) => mac(first, data),
    verify: (data, digest) => index(data, digest) >= 0,
    index,
  };
}
