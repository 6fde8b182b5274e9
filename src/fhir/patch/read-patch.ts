import type { Change } from '../../storage/repository/writing/write.ts';
import type { Definitions } from '../../definitions/model.ts';
import type { ParsedJson } from '../../json/exact.ts';
import { patchResourceText, patchWith, readResourcePatch } from '../../json/patch-resource.ts';
import { fhirError } from '../../outcome/codes.ts';
import { mediaType, readJson } from '../read-body.ts';
import type { FhirRequest } from '../request.ts';
import { readFhirPathPatch } from './fhirpath-operation.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';

/** A FHIRPath Patch is FHIR JSON. XML Patch is none of them: it patches a text that nobody stores. */
const FHIR_TYPES = new Set(['application/fhir+json', 'application/json+fhir', 'application/json']);
const PATCH_TYPES = new Set(['application/json-patch+json', ...FHIR_TYPES]);

/**
 * The patch of a request: a JSON Patch, or a FHIRPath Patch in a Parameters resource.
 * @throws FhirError `FHIR_INVALID_PATCH`, `FHIR_UNSUPPORTED_MEDIA_TYPE`
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
export function readPatch(definitions: Definitions, request: FhirRequest): Change {
  // Nobody has to guess what a list of operations is, so the media type counts only where there is a text to read.
  const type = mediaType(request.headers['content-type']);
  if (type === 'application/xml-patch+xml')
    throw fhirError('FHIR_UNSUPPORTED_MEDIA_TYPE', { type });
  const body = readJson(request, PATCH_TYPES);
  if (request.json === undefined && isParameters(body.value) !== FHIR_TYPES.has(type)) {
    throw fhirError('FHIR_INVALID_PATCH', {
      reason: 'a list of operations is application/json-patch+json, and FHIR JSON is Parameters',
    });
  }
  return patchOf(definitions, body);
}

/**
 * The patch in a body that has been parsed.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function patchOf(definitions: Definitions, body: ParsedJson): Change {
  const { value, exact } = body;
  if (!isParameters(value)) {
    const operations = readResourcePatch(body);
    return (content) => patchResourceText(content, operations);
  }
  const plain = readFhirPathPatch(value);
  const patch = { plain, exact: exact === value ? plain : readFhirPathPatch(exact) };
  return (content) =>
    patchWith(content, patch, (document, operations) =>
      applyFhirPathPatch(definitions, document, operations),
    );
}

function isParameters(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { readonly resourceType?: unknown }).resourceType === 'Parameters'
  );
}
