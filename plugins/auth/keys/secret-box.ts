import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what lies in the accounts database. */
export interface SecretBox {
  /** `context` binds the ciphertext to its place: a value moved to another row does not open. */
  seal(plaintext: string, context: string): Buffer;
  /** @throws TypeError when the value is not one this box sealed for the context. */
  open(sealed: Buffer, context: string): string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key and the byte that names it in what it has sealed. */
export interface BoxKey {
  readonly id: number;
  readonly key: Buffer;
}

/**
 * AES-256-GCM with random 96-bit IVs. The first key seals, all open; a leading byte names the key by its id.
 * @param source the keys, or where they are asked for each time because they change
 * @see https://www.bsi.bund.de/ TR-02102-1, section 3.1
 */
export function secretBox(source: readonly BoxKey[] | (() => readonly BoxKey[])): SecretBox {
  const keys = typeof source === 'function' ? source : () => source;
  if (keys().length === 0) throw new TypeError('A secret box needs a key');
  return {
    seal(plaintext, context) {
      const [first] = keys();
      if (first === undefined) throw new TypeError('A secret box needs a key');
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(first.id), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const found = keys().find(({ id }) => id === sealed[0]);
      if (found === undefined || sealed.length < 1 + IV_BYTES + TAG_BYTES) {
        throw new TypeError('Sealed value of an unknown key');
      }
      const body = 1 + IV_BYTES + TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', found.key, sealed.subarray(1, 1 + IV_BYTES));
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, body));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()]).toString(
          'utf8',
        );
      } catch (cause) {
        throw new TypeError('Sealed value does not open', { cause });
      }
    },
  };
}
