import { IncomingMessage } from 'node:http';
import type { TokenRequestAdapter } from '../../../src/plugin/sdk.ts';

/** Longest form that is read here; the provider reads no more than this either. */
const MAX_BYTES = 56 * 1024;

/** Lets plugins read and change requests to the token endpoint before the provider reads them. */
export interface TokenRequests {
  add(adapter: TokenRequestAdapter): void;
  /**
   * The request as the adapters leave it. One that is no form, or too long, is passed on as it is: the provider refuses it
   * in its own words.
   * @throws what an adapter throws
   */
  adapted(request: IncomingMessage): Promise<IncomingMessage>;
}

/** Adapters run in the order in which they were added. */
export function tokenRequests(): TokenRequests {
  const adapters: TokenRequestAdapter[] = [];
  return {
    add: (adapter) => void adapters.push(adapter),
    async adapted(request) {
      if (adapters.length === 0 || request.method !== 'POST' || !isShortForm(request)) {
        return request;
      }
      const body = await readBody(request);
      if (body === undefined) return replayed(request, Buffer.alloc(MAX_BYTES + 1));
      const form = new URLSearchParams(body.toString('utf8'));
      const before = form.toString();
      for (const adapter of adapters) await adapter(form, request);
      const after = form.toString();
      return replayed(request, after === before ? body : Buffer.from(after));
    },
  };
}

function isShortForm({ headers }: IncomingMessage): boolean {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return (
    type === 'application/x-www-form-urlencoded' &&
    Number(headers['content-length'] ?? 0) <= MAX_BYTES
  );
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  return size > MAX_BYTES ? undefined : Buffer.concat(chunks);
}

/** The same request with a body that can be read once more. */
function replayed(request: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  copy.method = request.method ?? 'POST';
  copy.url = request.url ?? '';
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  const { 'transfer-encoding': _chunked, ...headers } = request.headers;
  copy.headers = { ...headers, 'content-length': String(body.length) };
  copy.rawHeaders = request.rawHeaders;
  copy.complete = true;
  copy.push(body);
  copy.push(null);
  return copy;
}
