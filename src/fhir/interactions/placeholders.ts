import { fhirError } from '../../outcome/codes.ts';

/** What the references of a Bundle lead to. */
export interface Links {
  /** Full URL, placeholder or `Type/id` of an entry to `Type/id` of what it stands for. */
  readonly targets: ReadonlyMap<string, string>;
  /** Conditional references that have been resolved, to `Type/id`. */
  readonly conditional: ReadonlyMap<string, string>;
}

/** Text that stands for another entry of the Bundle. */
const PLACEHOLDER = /^urn:(?:uuid|oid):/;

/** The same inside of search criteria. */
const PLACEHOLDERS = /urn:(?:uuid|oid):[\w.-]+/g;

/** A reference by search criteria. @see https://hl7.org/fhir/R4/http.html#trules */
const CONDITIONAL = /^[A-Z][A-Za-z]{0,63}\?./;

/** A RESTful full URL: the base, up to and with its last slash, then type and id. */
const RESTFUL = /^(https?:\/\/.+\/)[A-Z][A-Za-z]{0,63}\/[A-Za-z0-9\-.]{1,64}$/;

/**
 * Writes the new references into a resource: wherever a text is exactly the full URL of an entry, in the links of a
 * narrative, relative references below the base of the entry's own full URL, and conditional references. The `value` of an
 * Identifier is not a reference, even if it looks like one.
 * @param fullUrl of the entry itself
 * @returns the resource, which is left as it is, or a copy of the parts that differ
 * @throws FhirError `FHIR_UNRESOLVED_REFERENCE`
 * @see https://hl7.org/fhir/R4/bundle.html#references
 */
export function resolveReferences<T>(resource: T, links: Links, fullUrl?: string): T {
  const base = fullUrl === undefined ? undefined : RESTFUL.exec(fullUrl)?.[1];
  return walk(resource, '') as T;

  function walk(node: unknown, name: string): unknown {
    if (typeof node === 'string') return text(node, name);
    if (typeof node !== 'object' || node === null || Object.isFrozen(node)) return node;
    if (Array.isArray(node)) {
      let copy: unknown[] | undefined;
      for (let index = 0; index < node.length; index += 1) {
        const item: unknown = node[index];
        const resolved = walk(item, name);
        if (resolved === item) continue;
        copy ??= node.slice();
        copy[index] = resolved;
      }
      return copy ?? node;
    }
    let copy: Record<string, unknown> | undefined;
    for (const key of Object.keys(node)) {
      const value = (node as Readonly<Record<string, unknown>>)[key];
      const resolved = walk(value, key);
      if (resolved === value) continue;
      copy ??= { ...node };
      copy[key] = resolved;
    }
    return copy ?? node;
  }

  function text(value: string, name: string): string {
    if (name === 'value') return value;
    if (name === 'div') return narrative(value, links.targets);
    const target = links.targets.get(value);
    if (target !== undefined) return target;
    if (name !== 'reference') return value;
    if (base !== undefined) {
      const below = links.targets.get(base + value);
      if (below !== undefined) return below;
    }
    if (CONDITIONAL.test(value)) return links.conditional.get(value) ?? value;
    if (PLACEHOLDER.test(value)) {
      throw fhirError('FHIR_UNRESOLVED_REFERENCE', { reference: value.slice(0, 100) });
    }
    return value;
  }
}

function narrative(div: string, targets: Links['targets']): string {
  if (!div.includes('href') && !div.includes('src')) return div;
  return div.replace(
    /(\s(?:href|src)=")([^"]+)(")/g,
    (all, before: string, url: string, after: string) => {
      const target = targets.get(url);
      return target === undefined ? all : before + target + after;
    },
  );
}

/** The conditional references of a resource. */
export function conditionalReferences(resource: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value !== 'string') walk(value);
      else if (key === 'reference' && CONDITIONAL.test(value)) found.add(value);
    }
  };
  walk(resource);
  return found;
}

/** True if search criteria, still encoded or not, name another entry. */
export function hasPlaceholder(criteria: string): boolean {
  return /urn(?::|%3a)(?:uuid|oid)(?::|%3a)/i.test(criteria);
}

/**
 * A decoded value of search criteria with what its placeholders stand for.
 * @throws FhirError `FHIR_UNRESOLVED_REFERENCE`
 */
export function resolveInCriteria(value: string, targets: Links['targets']): string {
  return value.replace(PLACEHOLDERS, (placeholder) => {
    const target = targets.get(placeholder);
    if (target !== undefined) return target;
    throw fhirError('FHIR_UNRESOLVED_REFERENCE', { reference: placeholder.slice(0, 100) });
  });
}
