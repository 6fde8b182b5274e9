import type { UriExpression } from '../../search/expression.ts';
import type { SearchSqlContext } from './context.ts';

/**
 * Prints `:below`: a line of the column `labels` that names the parameter is the URL, or goes on from it with another step.
 */
export function belowSql(
  { param, value }: UriExpression,
  { parameters }: Pick<SearchSqlContext, 'parameters'>,
): string {
  const name = parameters.add(`,${param},`, 'text');
  const url = parameters.add(value, 'text');
  const stored = "substr(l, position('=' in l) + 1)";
  return `(r.labels is not null and position(${url} in r.labels) > 0 and exists (
    select 1 from unnest(string_to_array(r.labels, E'\\n')) l
    where position(${name} in split_part(l, '=', 1)) > 0 and (${stored} = ${url} or starts_with(${stored}, ${url} || '/'))))`;
}
