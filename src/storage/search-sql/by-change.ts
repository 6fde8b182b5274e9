import type { SearchExpression } from '../../search/expression.ts';
import { rangeCondition } from '../../search/range.ts';
import { instantSql } from './instant.ts';
import type { SqlParameters } from './parameters.ts';

/** The rows of a search, and what is known of them beside its condition. */
export interface SearchSource {
  /** What stands after `from`; the resource is `r`. */
  readonly from: string;
  readonly conditions: readonly string[];
  /** The column that an index of the source is ordered by, for one of `r` with the same value. */
  column(sql: string): string;
}

const RESOURCES: SearchSource = { from: 'resource r', conditions: [], column: (sql) => sql };

/** Columns of `r` that `c` has too. */
const SHARED: Readonly<Record<string, string>> = {
  'r.last_updated': 'c.last_updated',
  'r.rid': 'c.rid',
};

/**
 * Where a search asks for the time of change, or sorts by it, the index of `resource_version` by that time can lead; the
 * row of the resource has none, so that an update touches no index.
 * @param type placeholder of the number of the resource type
 * @param sorted true if the order begins with the time of change
 */
export function searchSource(
  expression: SearchExpression,
  sorted: boolean,
  type: string,
  parameters: SqlParameters,
): SearchSource {
  const conditions = changeConditions(expression, parameters);
  if (!sorted && conditions.length === 0) return RESOURCES;
  return {
    from: 'resource_version c join resource r on r.type = c.type and r.rid = c.rid and r.version = c.version',
    conditions: [`c.type = ${type}`, ...conditions],
    column: (sql) => (sorted ? (SHARED[sql] ?? sql) : sql),
  };
}

/** The bounds of the time of change that hold for every match. */
function changeConditions(
  expression: SearchExpression,
  parameters: SqlParameters,
): readonly string[] {
  const leaves = expression.kind === 'and' ? expression.operands : [expression];
  return leaves.flatMap((leaf) => {
    if (leaf.kind !== 'date' || leaf.param !== '_lastUpdated') return [];
    const [only, ...more] = rangeCondition(leaf.comparator, leaf.low, leaf.high, 'point');
    if (only === undefined || more.length > 0) return [];
    return only.map(({ op, value }) => instantSql('c.last_updated', op, value, parameters));
  });
}
