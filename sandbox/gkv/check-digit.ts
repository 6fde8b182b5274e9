const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Rows of the matrix M of Base32Check1; M has order 31. */
const ROWS: readonly number[] = [1, 17, 8, 5, 3];

/** Vector times matrix over GF(2). */
function step(vector: number): number {
  return ROWS.reduce((sum, row, index) => ((vector >> (4 - index)) & 1 ? sum ^ row : sum), 0);
}

/**
 * Check character of a Freischaltcode without its last character (Base32Check1).
 * @throws TypeError for characters outside of the Base32 alphabet
 * @see Richtlinie nach § 302 Abs. 2 SGB V DiGA, Anhang 3
 */
export function base32CheckCharacter(payload: string): string {
  const values = [...payload].map((character) => ALPHABET.indexOf(character));
  if (values.some((value) => value < 0)) throw new TypeError('Not a Base32 text');
  // Horner from the right multiplies the character at index i by M to the power of i + 1.
  const sum = values.reduceRight((accumulator, value) => step(accumulator ^ value), 0);
  let check = sum;
  for (let power = 0; power < (((30 - values.length) % 31) + 31) % 31; power += 1) {
    check = step(check);
  }
  return ALPHABET.charAt(check);
}

/** Whether 16 characters form a Freischaltcode with the right check character. */
export function hasValidCheckCharacter(code: string): boolean {
  return /^[A-Z2-7]{16}$/.test(code) && base32CheckCharacter(code.slice(0, 15)) === code.charAt(15);
}

/**
 * Completes an Institutionskennzeichen by its ninth digit.
 * @param eight the first eight digits
 */
export function completeIk(eight: string): string {
  if (!/^\d{8}$/.test(eight)) throw new TypeError('An IK has eight digits before its check digit');
  const sum = [...eight.slice(2)].reduce((total, digit, index) => {
    const product = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return `${eight}${sum % 10}`;
}

/** Random Base32 characters from random bytes; 32 divides 256, so that no character is more likely. */
export function base32Characters(bytes: Uint8Array): string {
  return [...bytes].map((byte) => ALPHABET.charAt(byte & 31)).join('');
}
