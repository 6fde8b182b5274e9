import type { Definitions } from '../../definitions/model.ts';
import type { SearchRequest } from '../expression.ts';
import type { QueryParameter } from '../parse-query.ts';
import {
  invalidControl,
  parseCount,
  parseCursor,
  parseElements,
  parseOffset,
  parseSummary,
  parseTotal,
} from './control.ts';
import type { ParseOptions } from './options.ts';
import { parseSort } from './sort.ts';

/** How a search is to be answered. */
export type SearchControls = Omit<SearchRequest, 'type' | 'where' | 'used'>;

/**
 * Reads the control parameters. Each may stand once: what guards a request and what runs it must not choose differently
 * between two.
 * @throws FhirError `SEARCH_INVALID_CONTROL`, `SEARCH_INVALID_PAGE`, `SEARCH_UNKNOWN_PARAMETER`
 */
export function parseControls(
  definitions: Definitions,
  type: string,
  parameters: readonly QueryParameter[],
  options: ParseOptions,
): SearchControls {
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (values.has(name)) throw invalidControl(name, 'it may stand only once');
    values.set(name, value);
  }
  const read = <T>(name: string, reader: (value: string) => T): T | undefined => {
    const value = values.get(name);
    return value === undefined ? undefined : reader(value);
  };
  const summary = read('_summary', parseSummary);
  const elements = read('_elements', parseElements);
  const cursor = read('_cursor', parseCursor);
  const asked = read('_count', (value) => parseCount(value, options.maxCount));
  const total = read('_total', parseTotal);
  const count =
    summary === 'count' ? 0 : (asked ?? Math.min(options.defaultCount, options.maxCount));
  const offset = read('_offset', parseOffset);
  const lenient = options.lenient ?? false;
  return {
    sort: read('_sort', (value) => parseSort(definitions, type, value, lenient)) ?? [],
    count,
    total: count === 0 ? 'accurate' : (total ?? 'none'),
    ...(cursor === undefined ? {} : { cursor }),
    ...(offset === undefined ? {} : { offset }),
    ...(summary === undefined ? {} : { summary }),
    ...(elements === undefined ? {} : { elements }),
  };
}
