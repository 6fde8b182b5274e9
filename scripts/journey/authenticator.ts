import { createHmac } from 'node:crypto';

const STEP_SECONDS = 30;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The authenticator app of one person: HMAC-SHA-256, six digits, half a minute. */
export interface Authenticator {
  /**
   * The code to type now. Each is good once; so soon after another it is the next one, which the server accepts for
   * clocks that run ahead.
   */
  code(now: number): string;
}

/** @param secret in base32, as the registration page shows it @see https://www.rfc-editor.org/rfc/rfc6238 */
export function authenticator(secret: string): Authenticator {
  const key = base32(secret);
  let used = -1;
  return {
    code(now) {
      used = Math.max(Math.floor(now / 1000 / STEP_SECONDS), used + 1);
      const counter = Buffer.alloc(8);
      counter.writeBigUInt64BE(BigInt(used));
      const mac = createHmac('sha256', key).update(counter).digest();
      const offset = (mac.at(-1) ?? 0) & 0x0f;
      return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
    },
  };
}

function base32(text: string): Buffer {
  const bits = [...text.replace(/[\s=]/g, '')]
    .map((character) => ALPHABET.indexOf(character).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
