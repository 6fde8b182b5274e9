/** Media types of NDJSON. @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters */
const NDJSON: ReadonlySet<string> = new Set([
  'application/fhir+ndjson',
  'application/ndjson',
  'application/x-ndjson',
  'ndjson',
]);

/** True for a media type, in lower case and without parameters, that means NDJSON. */
export function isNdjson(type: string): boolean {
  return NDJSON.has(type);
}
