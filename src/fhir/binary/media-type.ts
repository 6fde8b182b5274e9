/** `type/subtype` with parameters, in printable characters that are safe in a header field. */
const MEDIA_TYPE =
  /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:; ?[A-Za-z0-9_.+-]{1,64}=[A-Za-z0-9_.+:/"'() -]{0,128}){0,8}$/;

/** What content is that says nothing of itself. */
export const OCTET_STREAM = 'application/octet-stream';

/** Media types of a Binary that stands as a FHIR resource in the body or the answer. */
const FHIR_TYPES: ReadonlySet<string> = new Set([
  'application/fhir+json',
  'application/json+fhir',
  'application/fhir+xml',
  'application/xml+fhir',
]);

/** True for a text that can be a `Content-Type`. */
export function isMediaType(text: string): boolean {
  return text.length <= 400 && MEDIA_TYPE.test(text);
}

/**
 * True for the media types that say FHIR. `application/json` says only that the content is JSON, so that such a Binary is
 * content like any other.
 * @param type in lower case, without parameters
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export function isFhirType(type: string): boolean {
  return FHIR_TYPES.has(type);
}
