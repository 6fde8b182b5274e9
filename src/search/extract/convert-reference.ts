import { identifierName } from '../index-values.ts';
import type { Add, Convert } from './converter.ts';
import { objectOf, textOf } from './json.ts';
import { addToken } from './convert-token.ts';
import { referenceTarget, versionOf } from './reference-target.ts';

/** Base URLs under which this server is reached, each with a slash at the end. */
export type LocalBases = readonly string[];

/**
 * References: type and id of a relative one, and of an absolute one to this server; the URL of any other, because
 * `https://elsewhere.example/Patient/1` is not our Patient/1. A version of a resource or of a canonical stands beside it as
 * a URL, so that it is found with its version and without. An identifier is a token of its own name.
 * @see https://hl7.org/fhir/R4/search.html#reference
 */
export function referenceConverter(type: string, bases: LocalBases): Convert | undefined {
  if (type === 'Reference') {
    return (value, param, add) => {
      const object = objectOf(value);
      const reference = textOf(object?.['reference']);
      if (reference !== undefined) addLiteral(reference, param, bases, add);
      const identifier = objectOf(object?.['identifier']);
      if (identifier === undefined) return;
      addToken(identifierName(param), identifier['system'], identifier['value'], add);
    };
  }
  if (type === 'canonical' || type === 'uri' || type === 'url') {
    return (value, param, add) => {
      const text = textOf(value)?.split('#', 1)[0];
      const canonical = text?.split('|', 1)[0];
      if (text === undefined || canonical === undefined || canonical === '') return;
      addCanonical(canonical, param, bases, add);
      if (text !== canonical) add({ kind: 'reference', param, url: text });
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
    const version = versionOf(reference);
    if (version !== undefined) {
      add({ kind: 'reference', param, url: `${type}/${id}/_history/${version}` });
    }
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
