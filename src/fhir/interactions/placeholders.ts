import { randomUUID } from 'node:crypto';
import type { BundleEntry } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import type { JsonResource } from '../../storage/content.ts';

const PLACEHOLDER = /^urn:(?:uuid|oid):/;

/** Ids of the resources that a transaction creates, and what their full URLs stand for. */
export interface Identities {
  /** Id of the entry, where it creates a resource. */
  readonly ids: readonly (string | undefined)[];
  /** Full URL to `Type/id`. */
  readonly targets: ReadonlyMap<string, string>;
}

/**
 * Gives ids to the resources that are created, so that the references among the entries can be written.
 * @throws FhirError `FHIR_INVALID_BUNDLE` where two entries have one full URL
 * @see https://hl7.org/fhir/R4/http.html#trules
 */
export function assignIdentities(entries: readonly BundleEntry[]): Identities {
  const targets = new Map<string, string>();
  const ids = entries.map((entry) => {
    const { method, url } = entry.request ?? {};
    const type: unknown = entry.resource?.resourceType;
    const id = method === 'POST' ? randomUUID() : undefined;
    const target =
      id !== undefined && typeof type === 'string' ? `${type}/${id}` : url?.replace(/^\//, '');
    if (
      entry.fullUrl !== undefined &&
      target !== undefined &&
      (method === 'POST' || method === 'PUT')
    ) {
      if (targets.has(entry.fullUrl))
        throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'two entries have the same fullUrl' });
      targets.set(entry.fullUrl, target);
    }
    return id;
  });
  return { ids, targets };
}

/**
 * Writes the new references into a resource, in place: wherever a text is exactly the full URL of an entry, and in the
 * links of a narrative. The `value` of an Identifier is not a reference, even if it looks like one.
 * @throws FhirError `FHIR_UNRESOLVED_REFERENCE`
 */
export function resolvePlaceholders(
  resource: JsonResource,
  targets: ReadonlyMap<string, string>,
): void {
  walk(resource);

  function walk(node: unknown): void {
    if (typeof node !== 'object' || node === null || Object.isFrozen(node)) return;
    const members = node as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const value = members[key];
      if (typeof value !== 'string') {
        walk(value);
      } else if (key === 'div') {
        members[key] = value.replace(
          /(\s(?:href|src)=")([^"]+)(")/g,
          (all, before: string, url: string, after: string) => {
            const target = targets.get(url);
            return target === undefined ? all : before + target + after;
          },
        );
      } else if (key !== 'value') {
        const target = targets.get(value);
        if (target !== undefined) members[key] = target;
        else if (key === 'reference' && PLACEHOLDER.test(value)) {
          throw fhirError('FHIR_UNRESOLVED_REFERENCE', { reference: value.slice(0, 100) });
        }
      }
    }
  }
}
