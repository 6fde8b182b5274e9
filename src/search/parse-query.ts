import { fhirError } from '../outcome/codes.ts';
import { MAX_PARAMETERS, shownName } from './parse/limits.ts';

/** Name and value of a parameter, decoded. */
export type QueryParameter = readonly [name: string, value: string];

/**
 * Reads a query string, or the form body of a search by POST.
 * @throws FhirError `SEARCH_INVALID_CONTROL` where percent-encoding is malformed or not UTF-8, `SEARCH_TOO_COMPLEX`.
 * @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function parseQuery(query: string): QueryParameter[] {
  const parts = splitQuery(query);
  if (parts === undefined) throw fhirError('SEARCH_TOO_COMPLEX', { limit: MAX_PARAMETERS });
  return parts.map(([rawName, rawValue]): QueryParameter => {
    const name = decodeFormComponent(rawName);
    const value = decodeFormComponent(rawValue);
    if (name === undefined || value === undefined) {
      throw fhirError('SEARCH_INVALID_CONTROL', {
        name: shownName(name ?? rawName),
        reason: 'the percent-encoding is malformed',
      });
    }
    return [name, value];
  });
}

/** Cuts a query string into names and values that are still encoded; undefined if there are too many. */
export function splitQuery(query: string): [name: string, value: string][] | undefined {
  const text = query.startsWith('?') ? query.slice(1) : query;
  const parts = text.split('&', MAX_PARAMETERS + 1);
  if (parts.length > MAX_PARAMETERS) return undefined;
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    });
}

/** Decodes one name or value; undefined where the percent-encoding is malformed. */
export function decodeFormComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
