import { hash } from 'node:crypto';
import type { FhirResponse } from './request.ts';

/** How long clients may keep a document, in seconds: a new version of the server may say something else. */
const MAX_AGE = 60;

/** Tags of texts that are the same for every caller; computing one reads a megabyte. */
const tags = new Map<string, string>();

/** Texts whose tags are kept: a few documents under a few bases. */
const MAX_TAGS = 50;

/**
 * An answer that everybody may have, also without a token and from any origin: it says what the server can do, and the
 * same to all. Who has it already is told so.
 * @param ifNoneMatch header field of the request
 * @see https://hl7.org/fhir/R4/http.html#cread
 */
export function publicDocument(
  text: string,
  contentType: string,
  ifNoneMatch: string | undefined,
): FhirResponse {
  const tag = tagOf(text);
  const headers = {
    'Cache-Control': `public, max-age=${String(MAX_AGE)}`,
    'Access-Control-Allow-Origin': '*',
    // The CapabilityStatement comes in JSON and in XML; scripts with credentials are answered by name.
    Vary: 'Accept, Origin',
    ETag: tag,
  };
  const known = ifNoneMatch?.split(',').some((one) => one.trim() === tag || one.trim() === '*');
  if (known === true) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'Content-Type': contentType }, body: text };
}

function tagOf(text: string): string {
  let tag = tags.get(text);
  if (tag === undefined) {
    tag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
    if (tags.size >= MAX_TAGS) tags.clear();
    tags.set(text, tag);
  }
  return tag;
}
