import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { authError } from '../errors.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/**
 * Checks that a form comes from its own page: the browser says so, and the token in it belongs to the interaction.
 * @throws FhirError `AUTH_FORM_FOREIGN`
 */
export function assertOwnForm(
  request: IncomingMessage,
  origin: string,
  expected: Buffer,
  token: string | undefined,
): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw authError('AUTH_FORM_FOREIGN');
  const sender = request.headers.origin;
  if (sender !== undefined && sender !== origin) throw authError('AUTH_FORM_FOREIGN');
  const given = Buffer.from(token ?? '', 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw authError('AUTH_FORM_FOREIGN');
  }
}

/**
 * Token for the forms of one interaction, session or browser.
 * @param subject what the forms belong to; it differs for each kind of pages
 */
export function formToken(digest: KeyedDigest, subject: string): Buffer {
  return digest('form', subject);
}
