import { hash } from 'node:crypto';

/** Bytes of a hash of the tree: SHA-256. */
export const HASH_BYTES = 32;

/**
 * SHA-256. The hash comes as text and becomes bytes here: a buffer of its own for each is several times the cost of hashing.
 */
export function sha256(data: Uint8Array | string): Buffer {
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Buffer = sha256('');

/** Hash of a leaf: what is recorded, texts in UTF-8, behind a zero byte. @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export function leafHash(data: Uint8Array | string): Buffer {
  return sha256(typeof data === 'string' ? `\0${data}` : Buffer.concat([Buffer.of(0), data]));
}

/** Two hashes behind the byte that keeps inner nodes and leaves apart. */
const NODE = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** Hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    // What somebody gives as a proof may be of any length.
    return sha256(Buffer.concat([Buffer.of(1), left, right]));
  }
  NODE.set(left, 1);
  NODE.set(right, 1 + HASH_BYTES);
  return sha256(NODE);
}
