import type { IncomingMessage } from 'node:http';
import { authError } from '../errors.ts';

const MAX_BYTES = 8 * 1024;

/**
 * Reads a form of our own pages.
 * @throws FhirError `AUTH_BODY_INVALID` for another media type, more than 8 KiB, or a field given twice.
 */
export async function formBody(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw authError('AUTH_BODY_INVALID');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw authError('AUTH_BODY_INVALID');
    chunks.push(chunk);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString('utf8'))) {
    if (fields.has(name)) throw authError('AUTH_BODY_INVALID');
    fields.set(name, value);
  }
  return fields;
}
