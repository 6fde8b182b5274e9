import { escapeValue } from '../search/parse/escape.ts';
import { decodeFormComponent } from '../search/parse-query.ts';
import { NOW, NOW_PLACEHOLDER } from './relations/request-time.ts';

/**
 * Values of the variables of a policy: references (`Patient/x`) or plain strings, by name without `%`. `profile` is the
 * identity that acts; `patient` is it too if it is a Patient and no other is given.
 */
export interface PolicyParameters {
  readonly profile: string;
  readonly [name: string]: string | undefined;
}

/** A criteria value with its variables put in, or what stands in the way. */
export type Substitution =
  | { readonly value: string }
  | { readonly unresolved: string }
  | { readonly malformed: string };

const TOKEN = /%([A-Za-z][A-Za-z0-9_-]*)(\.[A-Za-z0-9_-]*)?/g;
const STARTS_LIKE_ENCODING = /^[0-9A-Fa-f]{2}/;
const REFERENCE = /^[A-Z][A-Za-z]*\/([A-Za-z0-9\-.]{1,64})$/;

/** The parameters with those that no membership can name: `now`, and the implied `patient`. */
export function withImplied(parameters: PolicyParameters): PolicyParameters {
  return { ...withImpliedPatient(parameters), [NOW]: NOW_PLACEHOLDER };
}

/** The parameters with the implied `patient`. */
export function withImpliedPatient(parameters: PolicyParameters): PolicyParameters {
  if (parameters['patient'] !== undefined || !parameters.profile.startsWith('Patient/')) {
    return parameters;
  }
  return { ...parameters, patient: parameters.profile };
}

/**
 * Puts `%name` and `%name.id` into one percent-encoded value of a query string and decodes the rest. A name is matched
 * as a whole (`%patient` is not in `%patient_org`), and what is put in is escaped, so that it stays one value whatever
 * it contains.
 */
export function substitute(raw: string, parameters: PolicyParameters): Substitution {
  let value = '';
  let end = 0;
  for (const match of raw.matchAll(TOKEN)) {
    const [text, name = '', property = ''] = match;
    const given = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    // `%C3%A4` is an encoded letter, unless somebody has named a variable C3.
    if (given === undefined && STARTS_LIKE_ENCODING.test(name)) continue;
    if (property !== '' && property !== '.id') return { malformed: `%${name} has no ${property}` };
    const resolved = property === '' ? given : REFERENCE.exec(given ?? '')?.[1];
    if (resolved === undefined || resolved === '') return { unresolved: `%${name}${property}` };
    const before = decodeFormComponent(raw.slice(end, match.index));
    if (before === undefined) return { malformed: 'the percent-encoding is malformed' };
    value += before + escapeValue(resolved);
    end = match.index + text.length;
  }
  const rest = decodeFormComponent(raw.slice(end));
  if (rest === undefined) return { malformed: 'the percent-encoding is malformed' };
  return { value: value + rest };
}
