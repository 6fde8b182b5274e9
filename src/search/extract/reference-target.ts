/** What a literal reference points to. */
export interface ReferenceTarget {
  /** Type and id, where the reference is `[base]/Type/id`. */
  readonly type?: string;
  readonly id?: string;
  /** The reference as written, where it is absolute. */
  readonly url?: string;
}

const LOCAL = /^([A-Z][A-Za-z]*)\/([A-Za-z0-9\-.]{1,64})$/;
const VERSION = /^[A-Za-z0-9\-.]{1,64}$/;
const HISTORY = '/_history/';

/**
 * Reads a literal reference. The version is dropped, because a search finds the resource, whatever its version. References to
 * contained resources and conditional references point to nothing that can be searched.
 * @see https://hl7.org/fhir/R4/references.html#literal
 */
export function referenceTarget(reference: string): ReferenceTarget | undefined {
  if (reference === '' || reference.startsWith('#')) return undefined;
  const history = reference.lastIndexOf(HISTORY);
  const current = history < 0 ? reference : reference.slice(0, history);
  const local = LOCAL.exec(current);
  if (local !== null) return targetOf(local);
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(current)) return undefined;
  const slash = current.lastIndexOf('/', current.lastIndexOf('/') - 1);
  const remote = slash < 0 ? null : LOCAL.exec(current.slice(slash + 1));
  return remote === null ? { url: current } : { ...targetOf(remote), url: current };
}

/** The version that a literal reference names. */
export function versionOf(reference: string): string | undefined {
  const history = reference.lastIndexOf(HISTORY);
  const version = history < 0 ? '' : reference.slice(history + HISTORY.length);
  return VERSION.test(version) ? version : undefined;
}

/** Type of what a Reference element points to, from its literal or from `Reference.type`. */
export function targetType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { reference, type } = value as { readonly reference?: unknown; readonly type?: unknown };
  const target = typeof reference === 'string' ? referenceTarget(reference) : undefined;
  return target?.type ?? (typeof type === 'string' ? type : undefined);
}

function targetOf([, type, id]: RegExpExecArray): ReferenceTarget {
  return { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) };
}
