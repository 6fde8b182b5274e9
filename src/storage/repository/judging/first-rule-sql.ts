import type { PolicyRule } from '../../../access/policy.ts';
import { and, type SearchExpression } from '../../../search/expression.ts';
import type { SearchSqlContext } from '../../search-sql/context.ts';
import { whereSql } from '../../search-sql/where.ts';

/** Rules that follow one another and ask for the same link, or a single one. */
interface Group {
  readonly link: SearchExpression | undefined;
  readonly rules: readonly { readonly index: number; readonly where: SearchExpression }[];
}

/**
 * SQL for the index of the first rule that holds for the row `r`, null where none does. A rule for everything is not asked
 * any further, nor are those behind it. What rules in a row ask of other resources is asked once.
 * @param rules at least one
 */
export function firstRuleSql(rules: readonly PolicyRule[], context: SearchSqlContext): string {
  const all = rules.findIndex(({ where }) => where.kind === 'all');
  if (all === 0) return '0';
  const asked = all < 0 ? rules : rules.slice(0, all);
  const parts = groupsOf(asked).map(({ link, rules: group }) => {
    const whens = group.map(
      ({ index, where }) => `when ${whereSql(where, context)} then ${String(index)}`,
    );
    const first = `case ${whens.join(' ')} end`;
    return link === undefined ? first : `case when ${whereSql(link, context)} then ${first} end`;
  });
  if (all >= 0) parts.push(String(all));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : `coalesce(${parts.join(', ')})`;
}

function groupsOf(rules: readonly PolicyRule[]): readonly Group[] {
  const groups: {
    link: SearchExpression | undefined;
    rules: { index: number; where: SearchExpression }[];
  }[] = [];
  for (const [index, { where }] of rules.entries()) {
    const link = linkOf(where);
    const last = groups.at(-1);
    if (last !== undefined && last.link === link) last.rules.push({ index, where });
    else groups.push({ link, rules: [{ index, where }] });
  }
  return groups.map((group) => {
    const { link } = group;
    if (link === undefined || group.rules.length === 1)
      return { link: undefined, rules: group.rules };
    return {
      link,
      rules: group.rules.map(({ index, where }) => ({ index, where: without(where, link) })),
    };
  });
}

/** The first link that must hold, the same object for rules of one relation. */
function linkOf(where: SearchExpression): SearchExpression | undefined {
  const operands = where.kind === 'and' ? where.operands : [where];
  return operands.find(({ kind }) => kind === 'chain' || kind === 'has');
}

function without(where: SearchExpression, link: SearchExpression): SearchExpression {
  const operands = where.kind === 'and' ? where.operands : [where];
  return and(...operands.filter((operand) => operand !== link));
}
