import { hash } from 'node:crypto';

/** Bytes of a hash of the tree: SHA-256. */
export const HASH_BYTES = 32;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Buffer = hash('sha256', Buffer.alloc(0), 'buffer');

/** Hash of a leaf: what is recorded, behind a zero byte. @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export function leafHash(data: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([LEAF, data]), 'buffer');
}

/** Hash of an inner node. The byte in front keeps leaves and nodes apart. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}
