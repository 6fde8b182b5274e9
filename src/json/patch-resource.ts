import type { JsonResource } from '../storage/content.ts';
import { fhirError } from '../outcome/codes.ts';
import { type ParsedJson, parseExact } from './exact.ts';
import { applyJsonPatch, type PatchOperation, readJsonPatch } from './patch.ts';

/** The operations of one patch, once with plain and once with exact numbers. */
export interface ResourcePatch<Operation = PatchOperation> {
  readonly plain: readonly Operation[];
  /** The very same list where plain numbers are exact already. */
  readonly exact: readonly Operation[];
}

/** Applies operations to a document, in place, and returns it or what stands in its place. */
export type Apply<Operation> = (document: unknown, operations: readonly Operation[]) => unknown;

/** A patched resource, once with plain and once with exact numbers. */
export interface PatchedResource {
  readonly resource: JsonResource;
  readonly exact: JsonResource;
}

/**
 * Reads a JSON Patch whose numbers keep their digits.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function readResourcePatch({ value, exact }: ParsedJson): ResourcePatch {
  const plain = readJsonPatch(value);
  return { plain, exact: exact === value ? plain : readJsonPatch(exact) };
}

/**
 * Applies a JSON Patch to a stored resource.
 * @throws FhirError as {@link patchWith}
 */
export function patchResourceText(content: string, patch: ResourcePatch): PatchedResource {
  return patchWith(content, patch, applyJsonPatch);
}

/**
 * Applies operations to a stored resource. What comes out is still the same resource, of its type and with its id;
 * whether it is valid is looked at like with every write.
 * @throws FhirError `FHIR_INVALID_PATCH`, `FHIR_TYPE_DIFFERS`, `FHIR_ID_DIFFERS`
 */
export function patchWith<Operation>(
  content: string,
  patch: ResourcePatch<Operation>,
  apply: Apply<Operation>,
): PatchedResource {
  const { value, exact } = parseExact(content);
  // Read before the patch: it is applied in place.
  const { resourceType, id } = value as JsonResource;
  const plain = exact === value && patch.exact === patch.plain;
  const resource = apply(value, patch.plain);
  checkSame(resource, resourceType, id);
  if (plain) return { resource, exact: resource };
  const other = exact === value ? (JSON.parse(content) as unknown) : exact;
  return { resource, exact: apply(other, patch.exact) as JsonResource };
}

function checkSame(
  patched: unknown,
  type: string,
  id: string | undefined,
): asserts patched is JsonResource {
  if (typeof patched !== 'object' || patched === null || Array.isArray(patched)) {
    throw fhirError('FHIR_INVALID_PATCH', { reason: `it would no longer be a ${type}` });
  }
  const { resourceType: actual, id: actualId } = patched as Partial<Record<string, unknown>>;
  if (actual !== type) {
    const name = typeof actual === 'string' ? actual.slice(0, 64) : 'resource without a type';
    throw fhirError('FHIR_TYPE_DIFFERS', { actual: name, expected: type });
  }
  if (actualId !== id) throw fhirError('FHIR_ID_DIFFERS');
}
