import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import type { Argon2 } from './low-priority-argon2.ts';

/** Cost of Argon2id; memory in KiB. */
export interface Argon2Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** Hashes and verifies passwords. */
export interface PasswordHasher {
  /** PHC string. @throws FhirError `AUTH_BUSY` */
  hash(password: string): Promise<string>;
  /** `stale` means the hash was made with another cost and should be made anew. @throws FhirError `AUTH_BUSY` */
  verify(
    stored: string,
    password: string,
  ): Promise<{ readonly matches: boolean; readonly stale: boolean }>;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Argon2id over an HMAC of the password, so that a copy of the database alone does not allow guessing.
 * @see https://www.rfc-editor.org/rfc/rfc9106
 */
export function passwordHasher(
  cost: Argon2Cost,
  pepper: KeyedDigest,
  argon2: Argon2,
): PasswordHasher {
  const derive = (password: string, nonce: Buffer, at: Argon2Cost): Promise<Buffer> =>
    argon2({ message: pepper(password.normalize('NFC')), nonce, tagLength: HASH_BYTES, ...at });
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await derive(password, salt, cost);
      const parameters = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
      return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
    },
    async verify(stored, password) {
      const [, memory, passes, parallelism, salt, tag] = PHC.exec(stored) ?? [];
      if (salt === undefined || tag === undefined)
        throw new TypeError('Not an Argon2id PHC string');
      const at = {
        memory: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
      };
      const expected = Buffer.from(tag, 'base64');
      const actual = await derive(password, Buffer.from(salt, 'base64'), at);
      return {
        matches: expected.length === actual.length && timingSafeEqual(expected, actual),
        stale:
          at.memory !== cost.memory ||
          at.passes !== cost.passes ||
          at.parallelism !== cost.parallelism,
      };
    },
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
