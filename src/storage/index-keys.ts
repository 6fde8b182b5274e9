import type { TokenValue, ReferenceValue, UriValue } from '../search/index-values.ts';

/**
 * The keys under which tokens, references, uris and compartments are found in the index. Writing and searching must
 * spell them alike, so they are spelled here only. U+0000 cannot stand in FHIR text, so it separates without escaping.
 */
const SEPARATOR = '\u0000';

/** Any system. */
export const codeKey = (type: string, param: string, code: string): string =>
  join('c', type, param, code);

/** A code of one system. */
export const systemCodeKey = (type: string, param: string, system: string, code: string): string =>
  join('s', type, param, system, code);

/** Any code of one system. */
export const systemKey = (type: string, param: string, system: string): string =>
  join('y', type, param, system);

/** A code that stands without a system. */
export const bareCodeKey = (type: string, param: string, code: string): string =>
  join('n', type, param, code);

/** A reference to an id, whatever its type. */
export const referenceIdKey = (type: string, param: string, id: string): string =>
  join('i', type, param, id);

/** A resource as others refer to it: its hash is the column `self`. */
export const resourceKey = (type: string, id: string): string => join('p', type, id);

/** A reference parameter; see {@link referenceHash}. */
export const linkKey = (type: string, param: string): string => join('l', type, param);

/**
 * Hash of a reference to one resource: the resource's own, exclusive-or that of the parameter. So SQL, which does not know
 * the key of the hash, can say of two rows that one refers to the other (docs/adr/2611-reference-keys.md).
 */
export const referenceHash = (
  hash: (key: string) => bigint,
  type: string,
  param: string,
  target: string,
  id: string,
): bigint => hash(resourceKey(target, id)) ^ hash(linkKey(type, param));

/** A reference by URL. */
export const urlKey = (type: string, param: string, url: string): string =>
  join('u', type, param, url);

/** Membership in a patient's compartment, the same for all resource types: the patient as others refer to it. */
export const compartmentKey = (patient: string): string => resourceKey('Patient', patient);

/**
 * Name under which a row says, among its parameters, that a reference parameter refers to the one patient of the row. Such
 * a reference has no key of its own: in the index of keys it would stand in a list that every new row of the patient
 * rewrites (docs/adr/2611-index-design.md).
 */
export const patientMarker = (param: string): string => join(param, 'patient');

/** Unit of a quantity, by code or text alone or within a system. */
export const unitKey = (unit: string, system?: string): string =>
  system === undefined ? join('q', unit) : join('q', unit, system);

/** Name under which a quantity stands in base units. */
export const canonicalName = (param: string): string => join(param, 'canonical');

/** Base units of a quantity. */
export const canonicalUnitKey = (unit: string): string => join('b', unit);

/** Calls `put` with the hash of each key that a value is found under. */
export function eachHash(
  type: string,
  value: TokenValue | ReferenceValue | UriValue,
  hash: (key: string) => bigint,
  put: (hash: bigint) => void,
): void {
  const { param } = value;
  const add = (key: string): void => {
    put(hash(key));
  };
  switch (value.kind) {
    case 'token':
      add(codeKey(type, param, value.code));
      if (value.system === undefined) add(bareCodeKey(type, param, value.code));
      else {
        add(systemCodeKey(type, param, value.system, value.code));
        add(systemKey(type, param, value.system));
      }
      break;
    case 'reference':
      if (value.id !== undefined) {
        add(referenceIdKey(type, param, value.id));
        if (value.type !== undefined) put(referenceHash(hash, type, param, value.type, value.id));
      }
      if (value.url !== undefined) add(urlKey(type, param, value.url));
      break;
    case 'uri':
      add(urlKey(type, param, value.value));
      break;
  }
}

function join(...parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}
