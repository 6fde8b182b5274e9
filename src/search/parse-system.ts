import type { Definitions } from '../definitions/model.ts';
import { fhirError } from '../outcome/codes.ts';
import type { SearchRequest } from './expression.ts';
import { invalidControl } from './parse/control.ts';
import { isLinked } from './parse/link-parameter.ts';
import { MAX_SYSTEM_VALUES, shownName } from './parse/limits.ts';
import type { ParseOptions } from './parse/options.ts';
import { parseSearch } from './parse.ts';
import type { QueryParameter } from './parse-query.ts';

/**
 * Reads a search of several resource types, one request for each. Every parameter has to be one of every type: where the
 * search is lenient, one that some type lacks is left out for all, because it would narrow only some of them.
 * @param types all that may be searched; `_type` chooses among them
 * @throws FhirError `SEARCH_INVALID_CONTROL` for `_type`, `SEARCH_TOO_COMPLEX`, and as {@link parseSearch}
 * @see https://hl7.org/fhir/R4/search.html#searchcontexts
 */
export function parseSystemSearch(
  definitions: Definitions,
  types: readonly string[],
  parameters: readonly QueryParameter[],
  options: ParseOptions,
): readonly SearchRequest[] {
  const wanted = parameters.filter(([name]) => name === '_type');
  const chosen = chosenTypes(definitions, types, wanted);
  const others = parameters.filter(([name]) => name !== '_type');
  const named = wanted.filter(([, value]) => value !== '');
  checkSize(others, chosen.length);
  const parse = (list: readonly QueryParameter[]): readonly SearchRequest[] =>
    chosen.map((type) => parseSearch(definitions, type, list, { ...options, system: true }));
  let requests = parse(others);
  if (options.lenient === true) {
    const common = others.filter(
      ([name, value]) =>
        name === '_cursor' ||
        requests.every(({ used }) => used.some(([n, v]) => n === name && v === value)),
    );
    requests = parse(common);
  }
  return requests.map((request) => ({ ...request, used: [...named, ...request.used] }));
}

/** Each type has the conditions once more in the one statement, and that has 65 535 parameters at most. */
function checkSize(parameters: readonly QueryParameter[], types: number): void {
  const values = parameters.reduce(
    (sum, [name, value]) => sum + value.split(name === '_filter' ? ' ' : ',').length,
    0,
  );
  if (values * types > MAX_SYSTEM_VALUES)
    throw fhirError('SEARCH_TOO_COMPLEX', { limit: Math.floor(MAX_SYSTEM_VALUES / types) });
}

function chosenTypes(
  definitions: Definitions,
  types: readonly string[],
  wanted: readonly QueryParameter[],
): readonly string[] {
  const names = wanted.flatMap(([, value]) => value.split(',')).filter((name) => name !== '');
  if (names.length === 0) return types;
  const allowed = new Set(types);
  for (const name of names) {
    if (!isLinked(definitions, name))
      throw invalidControl('_type', `${shownName(name)} cannot be searched together with others`);
    if (!allowed.has(name))
      throw invalidControl('_type', `${shownName(name)} is not in the compartment`);
  }
  return [...new Set(names)];
}
