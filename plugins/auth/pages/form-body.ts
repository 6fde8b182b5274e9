import type { IncomingMessage } from 'node:http';
import { authError } from '../errors.ts';

const MAX_BYTES = 8 * 1024;
/** A passkey comes with the certificates of its maker. */
const MAX_PASSKEY_BYTES = 64 * 1024;

/** Fields of a form; one that is missing is empty. */
export type Fields = ReadonlyMap<string, string>;

/**
 * Reads a form of our own pages.
 * @param limit bytes
 * @throws FhirError `AUTH_BODY_INVALID` for another media type, too large a body, or a field given twice.
 */
export async function formBody(request: IncomingMessage, limit = MAX_BYTES): Promise<Fields> {
  const fields = new Map<string, string>();
  for (const [name, value] of await pairs(request, limit)) {
    if (fields.has(name)) throw authError('AUTH_BODY_INVALID');
    fields.set(name, value);
  }
  return fields;
}

/**
 * Reads a form with a field that may be given several times, such as boxes to tick.
 * @throws FhirError `AUTH_BODY_INVALID`
 */
export async function listBody(
  request: IncomingMessage,
  list: string,
): Promise<{ readonly fields: Fields; readonly values: readonly string[] }> {
  const fields = new Map<string, string>();
  const values: string[] = [];
  for (const [name, value] of await pairs(request, MAX_BYTES)) {
    if (name === list) values.push(value);
    else if (fields.has(name)) throw authError('AUTH_BODY_INVALID');
    else fields.set(name, value);
  }
  return { fields, values };
}

/**
 * Reads a form that was answered by a passkey.
 * @returns the fields, and what the browser said: whatever it is, it is verified later
 * @throws FhirError `AUTH_BODY_INVALID`
 */
export async function passkeyBody(
  request: IncomingMessage,
): Promise<{ readonly fields: Fields; readonly passkey: unknown }> {
  const fields = await formBody(request, MAX_PASSKEY_BYTES);
  try {
    return { fields, passkey: JSON.parse(fields.get('response') ?? '') as unknown };
  } catch {
    throw authError('AUTH_BODY_INVALID');
  }
}

async function pairs(request: IncomingMessage, limit: number): Promise<URLSearchParams> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw authError('AUTH_BODY_INVALID');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw authError('AUTH_BODY_INVALID');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
