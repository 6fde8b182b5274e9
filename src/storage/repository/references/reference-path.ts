import { referenceTarget } from '../../../search/extract/reference-target.ts';
import type { JsonResource } from '../../content.ts';

/** FHIRPath of the first element that refers to `Type/id`; the name of the resource type where there is none. */
export function referencePath(resource: JsonResource, reference: string): string {
  return find(resource, resource.resourceType, reference) ?? resource.resourceType;
}

/** True if an element of the resource is a Reference to `Type/id`. */
export function isLiteralReference(resource: JsonResource, reference: string): boolean {
  return find(resource, '', reference) !== undefined;
}

function find(node: unknown, path: string, reference: string): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) {
      const found = find(item, `${path}[${String(index)}]`, reference);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [name, value] of Object.entries(node)) {
    if (name === 'reference' && typeof value === 'string') {
      const { type, id } = referenceTarget(value) ?? {};
      if (type !== undefined && `${type}/${String(id)}` === reference) return path;
    }
    const found = find(value, `${path}.${name}`, reference);
    if (found !== undefined) return found;
  }
  return undefined;
}
