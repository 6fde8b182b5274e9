import type { Definitions } from '../definitions/model.ts';
import type { SearchRequest } from './expression.ts';
import type { ParseOptions } from './parse/options.ts';
import { parseSearch } from './parse.ts';
import { parseQuery } from './parse-query.ts';

/**
 * Reads criteria as they stand in a conditional URL or a subscription: `Type?name=value&…`, or `Type` alone for all
 * resources of the type. Always strict: criteria that are only half understood would mean something else.
 * @throws FhirError as {@link parseSearch}
 */
export function parseCriteria(
  definitions: Definitions,
  criteria: string,
  options: Omit<ParseOptions, 'lenient'>,
): SearchRequest {
  const mark = criteria.indexOf('?');
  const type = mark < 0 ? criteria : criteria.slice(0, mark);
  const query = mark < 0 ? '' : criteria.slice(mark + 1);
  return parseSearch(definitions, type, parseQuery(query), { ...options, lenient: false });
}
