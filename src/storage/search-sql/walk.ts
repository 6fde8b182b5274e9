import { and, type SearchExpression } from '../../search/expression.ts';
import { linksOf } from '../../search/linked.ts';
import type { SearchSqlContext } from './context.ts';
import { whereSql } from './where.ts';

/**
 * Rows of a page whose patients are looked for one by one. Who sees half of all patients has filled a page by then; for
 * everybody else the set of their patients is made at last, which costs as much as asking for some hundred rows.
 */
const ASKED = 100;

/** What all matches satisfy, apart from what is asked of each row last. */
export interface WalkedCondition {
  readonly first: SearchExpression;
  /** What depends on sets of patients: made anew in each statement, so that a page should do without. */
  readonly last: SearchExpression;
}

/** Takes what depends on sets of patients out of a condition; undefined where there is nothing of the kind. */
export function walkedCondition(
  where: SearchExpression,
  { links }: Pick<SearchSqlContext, 'links'>,
): WalkedCondition | undefined {
  const sets = links?.sets;
  if (sets === undefined || sets.size === 0) return undefined;
  const operands = where.kind === 'and' ? where.operands : [where];
  const isLast = (operand: SearchExpression): boolean =>
    linksOf(operand).some((link) => sets.has(link));
  const last = operands.filter(isLast);
  if (last.length === 0) return undefined;
  return { first: and(...operands.filter((operand) => !isLast(operand))), last: and(...last) };
}

/**
 * Prints the page of a search that asks the rows in their order, and no more of them than the page needs. The planner cannot
 * know how many rows satisfy a relation: it would find all rows, make the set of all patients, and sort what is left.
 * @param rows select of `rid`, `id`, `version` and the sort values, in order and without a limit
 * @param type placeholder of the number of the resource type
 * @param limited `limit …`
 */
export function walkSql(
  rows: string,
  last: SearchExpression,
  context: SearchSqlContext,
  type: string,
  limited: string,
): string {
  const { links } = context;
  const asked = (given: SearchSqlContext): string =>
    `exists (select 1 from resource r where r.type = ${type} and r.rid = w.rid
      and (${whereSql(last, { ...given, byPatient: true })}) offset 0)`;
  const one =
    links === undefined ? context : { ...context, links: { ...links, sets: new Set<never>() } };
  // The offsets are fences: the rows are found as if there were no relation, and each is asked by itself.
  return `select w.* from (select m.*, row_number() over () as walked from (${rows} offset 0) m offset 0) w
    where case when w.walked <= ${String(ASKED)} then ${asked(one)} else ${asked(context)} end ${limited}`;
}
