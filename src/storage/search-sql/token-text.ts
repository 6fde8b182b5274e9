import type { TokenTextExpression } from '../../search/expression.ts';
import type { SearchSqlContext } from './context.ts';

/** Prints `:text`: a line of the column `labels` that names the parameter contains the text. */
export function tokenTextSql(
  { param, value }: TokenTextExpression,
  { parameters }: Pick<SearchSqlContext, 'parameters'>,
): string {
  const name = parameters.add(`,${param},`, 'text');
  const text = parameters.add(value, 'text');
  // The first comparison looks at all labels at once and leaves few rows for the second.
  return `(r.labels is not null and position(${text} in r.labels) > 0 and exists (
    select 1 from unnest(string_to_array(r.labels, E'\\n')) l
    where position(${name} in split_part(l, '=', 1)) > 0 and position(${text} in substr(l, position('=' in l) + 1)) > 0))`;
}
