import type { IncomingMessage } from 'node:http';

/** Whole body of a request; undefined when it is longer than the limit. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    // Read on without keeping, so that the client gets to see the answer.
    if (length <= maxBytes) chunks.push(chunk);
    if (length > maxBytes * 8) return undefined;
  }
  return length > maxBytes ? undefined : Buffer.concat(chunks);
}
