import type { IncomingMessage } from 'node:http';
import { fhirError } from '../outcome/codes.ts';

/**
 * Reads a body, at most `limit` bytes of it.
 * @throws FhirError `FHIR_BODY_TOO_LARGE` as soon as the length is known to be too large, `FHIR_BODY_MISSING` where the
 *   client goes away before its end
 */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return Promise.reject(fhirError('FHIR_BODY_TOO_LARGE', { limit }));
  if (declared === 0 && request.headers['transfer-encoding'] === undefined)
    return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        request.resume();
        reject(fhirError('FHIR_BODY_TOO_LARGE', { limit }));
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    // A client that goes away in the middle is no fault of the server; nobody reads the answer.
    request.on('error', (cause) => {
      reject(fhirError('FHIR_BODY_MISSING', {}, { cause }));
    });
    request.on('close', () => {
      if (!request.complete) reject(fhirError('FHIR_BODY_MISSING'));
    });
  });
}
