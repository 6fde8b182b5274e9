import { hash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';

/** The thumbprint that tokens name a certificate by. @see https://www.rfc-editor.org/rfc/rfc8705#section-3.1 */
export function certificateThumbprint({ raw }: Pick<X509Certificate, 'raw'>): string {
  return hash('sha256', raw, 'base64url');
}
