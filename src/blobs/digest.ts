import { createHash } from 'node:crypto';
import type { WrittenBlob } from './blob-store.ts';

/** Counts and hashes content while it passes. */
export interface Digest {
  /** The same chunks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What has passed; to be asked after the end. */
  result(): WrittenBlob;
}

/** Passes `source` on and learns its size and SHA-256 on the way, so that content is read once. */
export function digest(source: AsyncIterable<Uint8Array>): Digest {
  const hash = createHash('sha256');
  let size = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  return { chunks: pass(), result: () => ({ size, sha256: hash.digest('hex') }) };
}
