import type { Add, Convert } from './converter.ts';
import { objectOf, textOf } from './json.ts';
import { referenceTarget } from './reference-target.ts';

/** Base URLs under which this server is reached, each with a slash at the end. */
export type LocalBases = readonly string[];

/**
 * References: type and id of a relative one, and of an absolute one to this server; the URL of any other, because
 * `https://elsewhere.example/Patient/1` is not our Patient/1. A canonical loses its version. References by identifier
 * only are not indexed.
 * @see https://hl7.org/fhir/R4/search.html#reference
 */
export function referenceConverter(type: string, bases: LocalBases): Convert | undefined {
  if (type === 'Reference') {
    return (value, param, add) => {
      const reference = textOf(objectOf(value)?.['reference']);
      if (reference !== undefined) addLiteral(reference, param, bases, add);
    };
  }
  if (type === 'canonical' || type === 'uri' || type === 'url') {
    return (value, param, add) => {
      const canonical = textOf(value)?.split(/[|#]/, 1)[0];
      if (canonical !== undefined && canonical !== '') addCanonical(canonical, param, bases, add);
    };
  }
  return type === 'Resource' ? addResource : undefined;
}

function addLiteral(reference: string, param: string, bases: LocalBases, add: Add): void {
  const target = referenceTarget(reference);
  if (target === undefined) return;
  const { type, id, url } = target;
  if (type === undefined || id === undefined) {
    if (url !== undefined) add({ kind: 'reference', param, url });
  } else if (url === undefined || isLocal(url, `${type}/${id}`, bases)) {
    add({ kind: 'reference', param, type, id });
  } else {
    add({ kind: 'reference', param, url });
  }
}

function addCanonical(canonical: string, param: string, bases: LocalBases, add: Add): void {
  const { type, id, url } = referenceTarget(canonical) ?? {};
  // The canonical of a definition names it wherever it is stored, so that its URL stays beside type and id.
  if (url === undefined || (type !== undefined && isLocal(url, `${type}/${id}`, bases))) {
    if (type !== undefined && id !== undefined) {
      add({ kind: 'reference', param, type, id, ...(url === undefined ? {} : { url }) });
    }
  } else {
    add({ kind: 'reference', param, url });
  }
}

/** A resource in place of a reference: `Bundle.entry[0].resource` of the parameter `composition`. */
function addResource(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  const type = textOf(object?.['resourceType']);
  const id = textOf(object?.['id']);
  if (type !== undefined && id !== undefined) add({ kind: 'reference', param, type, id });
}

function isLocal(url: string, path: string, bases: LocalBases): boolean {
  return bases.some((base) => url === base + path);
}
