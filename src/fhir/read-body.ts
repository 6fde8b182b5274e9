import { isUtf8 } from 'node:buffer';
import type { JsonResource } from '../storage/content.ts';
import { isTooDeep, MAX_JSON_DEPTH } from '../json/depth.ts';
import { type ParsedJson, parseExact } from '../json/exact.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { FhirRequest } from './request.ts';

/** Media types of FHIR JSON, legacy ones included. @see https://hl7.org/fhir/R4/http.html#mime-type */
const FHIR_JSON = new Set([
  'application/fhir+json',
  'application/json+fhir',
  'application/json',
  'text/json',
]);

/** Media type of a header field, in lower case and without parameters. */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** True for the media types of FHIR JSON. */
export function isFhirJson(header: string | undefined): boolean {
  return FHIR_JSON.has(mediaType(header));
}

/**
 * The JSON body of a request.
 * @throws FhirError `FHIR_UNSUPPORTED_MEDIA_TYPE`, `FHIR_BODY_MISSING`, `FHIR_INVALID_JSON`
 */
export function readJson(
  request: FhirRequest,
  accepted: ReadonlySet<string> = FHIR_JSON,
): ParsedJson {
  if (request.json !== undefined) return request.json;
  if (request.body === undefined || request.body.length === 0) throw fhirError('FHIR_BODY_MISSING');
  const type = mediaType(request.headers['content-type']);
  if (!accepted.has(type)) {
    throw fhirError('FHIR_UNSUPPORTED_MEDIA_TYPE', {
      type: type === '' ? '(none)' : type.slice(0, 100),
    });
  }
  if (!isUtf8(request.body)) throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not UTF-8' });
  return parseBody(request.body.toString('utf8'));
}

/**
 * Parses JSON that came from outside.
 * @throws FhirError `FHIR_INVALID_JSON`
 */
export function parseBody(text: string): ParsedJson {
  if (isTooDeep(text)) {
    const reason = `it is nested deeper than ${String(MAX_JSON_DEPTH)} levels`;
    throw fhirError('FHIR_INVALID_JSON', { reason });
  }
  try {
    return parseExact(text);
  } catch (cause) {
    if (isFhirError(cause)) throw cause;
    throw fhirError('FHIR_INVALID_JSON', { reason: position(cause) }, { cause });
  }
}

/**
 * The resource of the body; its type is the one of the URL.
 * @throws FhirError as {@link readJson}, and `FHIR_INVALID_RESOURCE`, `FHIR_TYPE_DIFFERS`
 */
export function readResourceBody(
  request: FhirRequest,
  type: string,
): { readonly resource: JsonResource; readonly exact: JsonResource } {
  const { value, exact } = readJson(request);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fhirError('FHIR_INVALID_JSON', { reason: 'it is not an object' });
  }
  const actual = (value as { resourceType?: unknown }).resourceType;
  if (actual !== type) {
    const name = typeof actual === 'string' ? actual.slice(0, 64) : 'resource without a type';
    throw fhirError('FHIR_TYPE_DIFFERS', { actual: name, expected: type });
  }
  return { resource: value as JsonResource, exact: exact as JsonResource };
}

/** Where the text stops being JSON; the text itself is not repeated, it may hold personal data. */
function position(error: unknown): string {
  const message = String((error as { message?: unknown }).message);
  const found = /position (\d+)|line (\d+) column (\d+)/.exec(message);
  return found === null
    ? 'it ends too early or holds what JSON does not know'
    : `unexpected text at ${found[0]}`;
}
