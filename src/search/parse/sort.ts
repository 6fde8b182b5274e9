import { fhirError } from '../../outcome/codes.ts';
import type { Definitions, SearchParameterType } from '../../definitions/model.ts';
import { sortPaths } from '../extract/sort-paths.ts';
import type { SortKey } from '../expression.ts';
import { MAX_SORT_KEYS, shownName } from './limits.ts';

const SORTABLE: ReadonlySet<SearchParameterType> = new Set([
  'date',
  'string',
  'number',
  'quantity',
]);

/** Kinds that are sorted by a text of the resource. */
const BY_TEXT: ReadonlySet<SearchParameterType> = new Set(['token', 'reference', 'uri']);

/**
 * `_sort`: search parameters, most significant first, `-` for descending. A key that stands twice counts once.
 * @throws FhirError `SEARCH_INVALID_CONTROL`, `SEARCH_UNKNOWN_PARAMETER` unless lenient.
 * @see https://hl7.org/fhir/R4/search.html#sort
 */
export function parseSort(
  definitions: Definitions,
  type: string,
  value: string,
  lenient: boolean,
): SortKey[] {
  const keys = new Map<string, SortKey>();
  for (const text of value.split(',')) {
    const descending = text.startsWith('-');
    const param = descending ? text.slice(1) : text;
    if (param === '') throw invalidSort('a search parameter is expected after each comma');
    const known = isSortable(definitions, type, param);
    if (known === undefined && !lenient) {
      throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name: shownName(param), type });
    }
    if (known === false && !lenient) {
      throw invalidSort(
        `${shownName(param)} cannot be sorted by: its values have no order, or no single place in the resource`,
      );
    }
    if (known === true && !keys.has(param)) keys.set(param, { param, descending });
    if (keys.size > MAX_SORT_KEYS) throw invalidSort(`at most ${MAX_SORT_KEYS} keys are possible`);
  }
  return [...keys.values()];
}

/** Undefined for a parameter that does not exist. */
function isSortable(definitions: Definitions, type: string, param: string): boolean | undefined {
  if (param === '_id' || param === '_lastUpdated') return true;
  const definition = definitions.searchParameters(type).get(param);
  if (definition === undefined) return undefined;
  if (definition.indexing === true) return false;
  if (SORTABLE.has(definition.type)) return true;
  return BY_TEXT.has(definition.type) && sortPaths(definitions, type, definition) !== undefined;
}

function invalidSort(reason: string): Error {
  return fhirError('SEARCH_INVALID_CONTROL', { name: '_sort', reason });
}
