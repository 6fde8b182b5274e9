import type { IncomingMessage } from 'node:http';
import { isFhirType } from '../fhir/binary/media-type.ts';
import { atMost } from '../fhir/binary/contents.ts';
import { fhirError } from '../outcome/codes.ts';
import { isNdjson } from '../bulk/import/ndjson-type.ts';
import { mediaType } from '../fhir/read-body.ts';

/**
 * True for a request whose body is content and no FHIR, so that it is passed on as it comes and never held in memory.
 * @param path below the base, without slashes at its ends
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export function isUpload(method: string, path: string, contentType: string | undefined): boolean {
  if (isImport(path)) return method === 'POST' && isNdjson(mediaType(contentType));
  if (isFhirType(mediaType(contentType))) return false;
  return method === 'POST' ? path === 'Binary' : method === 'PUT' && /^Binary\/[^/]+$/.test(path);
}

/** Bytes that an upload to the path may have. */
export function uploadLimit(
  path: string,
  limits: { readonly maxBinaryBytes: number; readonly maxImportBytes: number },
): number {
  return isImport(path) ? limits.maxImportBytes : limits.maxBinaryBytes;
}

function isImport(path: string): boolean {
  return path === '$import' || path.toLowerCase() === '%24import';
}

/**
 * The body as it comes.
 * @throws FhirError `FHIR_BODY_TOO_LARGE`; from the iteration too, and `FHIR_BODY_MISSING` where the client goes away
 */
export function uploadBody(request: IncomingMessage, limit: number): AsyncIterable<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit)
    throw fhirError('FHIR_BODY_TOO_LARGE', { limit });
  return atMost(whole(request), limit);
}

async function* whole(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // The answer still has to go out on the connection, so that a reader who stops early must not close it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
      yield chunk;
  } catch (cause) {
    throw fhirError('FHIR_BODY_MISSING', {}, { cause });
  }
  if (!request.complete) throw fhirError('FHIR_BODY_MISSING');
}
