import type { TextExpression } from '../../search/expression.ts';
import type { SearchSqlContext } from './context.ts';

/**
 * Prints `_text` and `_content`: words, "phrases", `or` and `-not`, with German word forms.
 * @see https://www.postgresql.org/docs/current/textsearch-controls.html
 */
export function textSql(
  { scope, query }: TextExpression,
  { parameters }: Pick<SearchSqlContext, 'parameters'>,
): string {
  const column = scope === '_text' ? 'narrative' : 'content';
  // A row without words answers false, not unknown: a negation has to find it.
  return `(r.${column} is not null and r.${column} @@ websearch_to_tsquery('german', ${parameters.add(query, 'text')}))`;
}
