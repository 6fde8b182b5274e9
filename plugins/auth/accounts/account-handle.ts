import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARACTERS = 16;

/**
 * Random account handle of 80 bits in Crockford's base32, in groups of four: `7QK4-…`. It is all an account has for a
 * name, so it says nothing about the person.
 * @see requirement R-194
 */
export function newAccountHandle(): string {
  const characters = [...randomBytes(CHARACTERS)].map((byte) => ALPHABET[byte & 31]);
  return (characters.join('').match(/.{4}/g) ?? []).join('-');
}

/**
 * The handle as it is looked up: what people type differently is the same here (case, spaces, hyphens, O for 0, I and
 * L for 1). Input of any form yields a string of at most 64 characters.
 */
export function normalizeAccountHandle(input: string): string {
  return input
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
    .slice(0, 64);
}
