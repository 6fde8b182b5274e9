import type { SearchExpression, SearchRequest } from '../../src/search/expression.ts';
import type { ParseOptions } from '../../src/search/parse/options.ts';
import { parseSearch } from '../../src/search/parse.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { searchDefinitions } from './search-definitions.ts';

/** Options of most tests. */
export const OPTIONS: ParseOptions = {
  maxCount: 100,
  defaultCount: 20,
  baseUrls: ['https://diga.example/fhir', 'https://diga.example/fhir/R4'],
};

/** Parses `Type?query`. */
export function search(url: string, options: Partial<ParseOptions> = {}): SearchRequest {
  const [type = '', query = ''] = url.split(/\?(.*)/s);
  return parseSearch(searchDefinitions, type, parseQuery(query), { ...OPTIONS, ...options });
}

/** The expression of `Type?query`. */
export function where(url: string): SearchExpression {
  return search(url).where;
}

/** The code of the error that a function throws, or undefined if it throws none. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
