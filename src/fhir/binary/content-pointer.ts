import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WrittenBlob } from '../../blobs/blob-store.ts';

/** Where the content of a version lies, and what it is. */
export interface ContentPointer extends WrittenBlob {
  readonly key: string;
}

/** Folder of the blobs of one Binary. */
export function blobFolder(id: string): string {
  // An id may begin with a dot, a segment of a key may not.
  return `binary/b${id}`;
}

/** The pointer as text, signed: a client that writes one of its own gains nothing. */
export function printPointer(secret: Buffer, { key, size, sha256 }: ContentPointer): string {
  const text = `${key} ${String(size)} ${sha256}`;
  return `${text} ${sign(secret, text)}`;
}

/** Reads a pointer that this server printed for a Binary of that id; undefined for any other text. */
export function readPointer(secret: Buffer, id: string, text: string): ContentPointer | undefined {
  if (text.length > 1_024) return undefined;
  const [key = '', size = '', sha256 = '', signature = ''] = text.split(' ');
  if (!key.startsWith(`${blobFolder(id)}/`)) return undefined;
  const expected = Buffer.from(sign(secret, `${key} ${size} ${sha256}`));
  const actual = Buffer.from(signature);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  return { key, size: Number(size), sha256 };
}

function sign(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}
