import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what lies in the billing database. */
export interface ArchiveSeal {
  /** `context` binds the ciphertext to its place: a value moved to another row or column does not open. */
  seal(plaintext: Uint8Array, context: string): Buffer;
  /** @throws TypeError when the value is not one this seal made for the context. */
  open(sealed: Uint8Array, context: string): Buffer;
}

/** A sealing key with the number that its values begin with. */
export interface SealKey {
  /** 1 to 255. */
  readonly id: number;
  readonly key: Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD = 1 + IV_BYTES + TAG_BYTES;

/**
 * AES-256-GCM with random 96-bit IVs. The first key seals, all open: key number, IV, tag, ciphertext.
 * @see https://www.bsi.bund.de/ TR-02102-1, section 3.1
 */
export function archiveSeal(keys: readonly SealKey[]): ArchiveSeal {
  const [first] = keys;
  if (first === undefined) throw new TypeError('An archive seal needs a key');
  return {
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([Buffer.of(first.id), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const found = keys.find(({ id }) => id === sealed[0]);
      if (found === undefined || sealed.length < HEAD) {
        throw new TypeError('Sealed value of an unknown key');
      }
      const decipher = createDecipheriv('aes-256-gcm', found.key, sealed.subarray(1, 1 + IV_BYTES));
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEAD));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(HEAD)), decipher.final()]);
      } catch (cause) {
        throw new TypeError('Sealed value does not open', { cause });
      }
    },
  };
}
