import type { JsonResource } from '../../storage/content.ts';
import { fhirError } from '../outcome/codes.ts';
import { parseExact } from './exact.ts';
import { applyJsonPatch, type PatchOperation } from './patch.ts';

/**
 * Applies operations to a stored resource. What comes out must still be a resource of its type; whether it is valid is
 * looked at like with every write.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function patchResourceText(
  content: string,
  operations: readonly PatchOperation[],
): { readonly resource: JsonResource; readonly exact: JsonResource } {
  const { value, exact } = parseExact(content);
  const { resourceType } = value as JsonResource;
  const patched = applyJsonPatch(value, operations);
  if (!isResourceOf(resourceType, patched)) {
    throw fhirError('FHIR_INVALID_PATCH', { reason: `it would no longer be a ${resourceType}` });
  }
  return {
    resource: patched,
    exact: exact === value ? patched : (applyJsonPatch(exact, operations) as JsonResource),
  };
}

function isResourceOf(type: string, value: unknown): value is JsonResource {
  if (typeof value !== 'object' || value === null) return false;
  return (value as { resourceType?: unknown }).resourceType === type;
}
