import type { PolicyRule } from '../../access/policy.ts';
import type { SearchSqlContext } from '../search-sql/context.ts';
import { whereSql } from '../search-sql/where.ts';

/**
 * SQL for the index of the first rule that holds for the row `r`, null where none does. A rule for everything is not asked
 * any further, nor are those behind it.
 * @param rules at least one
 */
export function firstRuleSql(rules: readonly PolicyRule[], context: SearchSqlContext): string {
  const all = rules.findIndex(({ where }) => where.kind === 'all');
  if (all === 0) return '0';
  const asked = all < 0 ? rules : rules.slice(0, all);
  const conditions = asked.map(
    ({ where }, index) => `when ${whereSql(where, context)} then ${String(index)}`,
  );
  return `case ${conditions.join(' ')}${all < 0 ? '' : ` else ${String(all)}`} end`;
}
