/** RFC 4648 base32 alphabet; the index of a character is its value. @see https://www.rfc-editor.org/rfc/rfc4648#section-6 */
export const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Rows of the matrix over GF(2) with characteristic polynomial 1 + x + x^3 + x^4 + x^5. */
const MATRIX = [1, 17, 8, 5, 3] as const;

/** The matrix has this order: its 31st power is the identity. */
const ORDER = 31;

/**
 * The Base32Check1 check character of a base32 text without its check character. It detects every single substitution
 * and every transposition of neighbours.
 * @throws TypeError when a character is not of the base32 alphabet.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Anhang 3 (Prüfziffer)
 */
export function base32CheckCharacter(payload: string): string {
  let sum = 0;
  let position = 0;
  for (const character of payload) {
    const value = BASE32_ALPHABET.indexOf(character);
    if (value < 0)
      throw new TypeError('base32CheckCharacter takes characters of the base32 alphabet only');
    position += 1;
    sum ^= timesPower(value, position % ORDER);
  }
  const check = timesPower(sum, (((ORDER - 1 - position) % ORDER) + ORDER) % ORDER);
  return BASE32_ALPHABET.charAt(check);
}

function timesPower(value: number, exponent: number): number {
  let result = value;
  for (let step = 0; step < exponent; step += 1) result = timesMatrix(result);
  return result;
}

function timesMatrix(value: number): number {
  let product = 0;
  for (const [row, bits] of MATRIX.entries()) {
    if ((value & (1 << (MATRIX.length - 1 - row))) !== 0) product ^= bits;
  }
  return product;
}
