import { hash, type KeyObject } from 'node:crypto';

/** The pin of a public key: SHA-256 of its SubjectPublicKeyInfo, base64. @see https://www.rfc-editor.org/rfc/rfc7469#section-2.4 */
export function spkiPin(key: KeyObject): string {
  return hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64');
}
