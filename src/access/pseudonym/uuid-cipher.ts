import { createCipheriv, createDecipheriv } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A keyed permutation of the ids that are UUIDs. */
export interface UuidCipher {
  encrypt(uuid: string): string;
  decrypt(uuid: string): string;
}

/** True for UUIDs in lower case, as the server gives them. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}

/**
 * AES-256 on the 128 bits of a UUID: one block, so that each UUID has exactly one pseudonym, which is a UUID in form again.
 * A single block needs no mode of operation: the block cipher is the permutation that is wanted.
 * @param key 32 bytes
 */
export function createUuidCipher(key: Buffer): UuidCipher {
  // Blocks do not depend on each other and nothing is padded, so that one object serves for all of them.
  const forwards = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const backwards = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return {
    encrypt: (uuid) => uuidOf(forwards.update(bytesOf(uuid))),
    decrypt: (uuid) => uuidOf(backwards.update(bytesOf(uuid))),
  };
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
