import type { CustomFetch } from 'openid-client';

/** Largest answer of an identity provider: metadata and key sets are far smaller. */
const MAX_BYTES = 256 * 1024;

/** An answer was longer than any honest one. */
export class AnswerTooLong extends Error {
  constructor() {
    super(`The answer of the identity provider is longer than ${MAX_BYTES} bytes`);
    this.name = 'AnswerTooLong';
  }
}

/** Fetch for a peer that may be slow or lying: it follows no redirect and reads no more than 256 KiB. */
export const boundedFetch: CustomFetch = async (url, options) => {
  const response = await fetch(url, { ...options, redirect: 'error' } as RequestInit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new AnswerTooLong();
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : Buffer.concat(chunks), { status, statusText, headers });
};
