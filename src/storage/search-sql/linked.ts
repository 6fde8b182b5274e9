import type { ChainExpression } from '../../search/expression.ts';
import type { LinkExpression } from '../../search/linked.ts';
import { SEVERAL } from '../index-rows.ts';
import type { SearchSqlContext } from './context.ts';
import {
  linkedSql,
  type Print,
  refersToOwnSql,
  saltOf,
  saltSql,
  tokenRowsSql,
  typeSql,
} from './link-parts.ts';
import { patientSetSql, patientSql, referredPatientsSql } from './patient-set.ts';

/**
 * Prints a chain or reverse chain as a condition on the row `r`. Where the linked resources are known they are listed, so
 * that the planner sees how few they are and finds the rows by them; else each row is asked whether it has such a link,
 * which is right where most have.
 */
export function linkSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const keys = context.links?.keys.get(link);
  if (keys === undefined) {
    const set = link.kind === 'chain' && context.links?.sets?.has(link) === true;
    return set ? setSql(link, context, print) : probeSql(link, context, print);
  }
  if (keys.length === 0) return 'false';
  if (link.kind === 'has') return `r.self = any(${context.parameters.add(keys, 'bigint[]')})`;
  const { type, parameters } = context;
  const salt = saltOf(type, link.param, context);
  const tokens = parameters.add(
    keys.map((key) => BigInt(key) ^ salt),
    'bigint[]',
  );
  // The empty array hides the column from the index of tokens, as in where.ts.
  const column = context.byPatient === true ? "(r.tokens || '{}')" : 'r.tokens';
  if (link.target !== 'Patient') return `${column} && ${tokens}`;
  const patients = parameters.add(keys, 'bigint[]');
  const only = `r.patient is not null and r.patient = any(${patients}) and ${refersToOwnSql(type, link.param, 'r', context)}`;
  return `((${only}) or (${tokenRowsSql(type, link.param, context)}${column} && ${tokens}))`;
}

/** Hashes of the resources that the row `o` refers to: where its one patient says it all, the tokens are left alone. */
function patientsSql(
  param: string,
  tokens: string,
  target: string,
  context: SearchSqlContext,
): string {
  if (target !== 'Patient') return tokens;
  const own = refersToOwnSql(context.type, param, 'o', context);
  return tokenRowsSql(context.type, param, context) === ''
    ? `${tokens} || case when ${own} then o.patient end`
    : `case when o.patient = ${String(SEVERAL)} then ${tokens} when ${own} then array[o.patient] end`;
}

/**
 * The rows that a chain finds, all at once: right where all of them are needed to count them, because the planner can join
 * both sides by hashes. Only for conditions that every match satisfies.
 */
export function wholeChainSql(
  link: LinkExpression,
  context: SearchSqlContext,
  print: Print,
): string {
  const { type } = context;
  const { keys, sets } = context.links ?? {};
  if (link.kind === 'has' || keys?.has(link) === true || sets?.has(link) === true)
    return linkSql(link, context, print);
  const linked = (): string =>
    `(select r.self from resource r where ${linkedSql(link, context, print)})`;
  const of = `s.type = ${typeSql(type, context)}`;
  const byToken = `select s.rid from resource s cross join lateral unnest(s.tokens) k
    join ${linked()} t on t.self = k # ${saltSql(type, link.param, context)}
    where ${of}`;
  if (link.target !== 'Patient') return `r.rid in (${byToken})`;
  const everywhere = tokenRowsSql(type, link.param, context) === '';
  const others = everywhere ? byToken : `${byToken} and s.patient = ${String(SEVERAL)}`;
  return `r.rid in (select s.rid from resource s join ${linked()} t on t.self = s.patient
    where ${of} and ${refersToOwnSql(type, link.param, 's', context)} union all ${others})`;
}

/**
 * Looks the one patient of a row up in the set of those that a chain leads to, and whether there still is such a patient. The
 * set is made once for a statement, and only if there is a row to be looked up; so is the list for rows with several.
 */
function setSql(link: ChainExpression, context: SearchSqlContext, print: Print): string {
  const { type } = context;
  const own = refersToOwnSql(type, link.param, 'r', context);
  const patients = referredPatientsSql(link.where, context, print);
  const list = patientSetSql(link.where, context, print);
  const salt = saltSql(type, link.param, context);
  // A join would make the planner choose an order for it, and it cannot know how many patients there are. Nor are the tokens
  // to be found by their index: these rows are found by something else.
  return `((r.patient is not null and ${own} and (r.patient in (${patients})) is true
      and exists (${patientSql('r.patient', context)}))
    or (r.patient is not null and r.patient = ${String(SEVERAL)}
      and (r.tokens || '{}') && array(select s.self # ${salt} from (${list}) s)))`;
}

/** Each level calls its row `r`, so that one printer serves all; what it needs of the row outside is handed in as `o`. */
function probeSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const { type } = context;
  if (link.kind === 'chain') {
    const salt = saltSql(type, link.param, context);
    const tokens = `array(select k # ${salt} from unnest(o.tokens) k)`;
    const selves = patientsSql(link.param, tokens, link.target, context);
    return `exists (select 1 from (select r.tokens as tokens, r.params as params, r.patient as patient) o,
      lateral (select 1 from resource r where r.self = any(${selves}) and ${linkedSql(link, context, print, true)}) x)`;
  }
  const salt = saltSql(link.source, link.param, context);
  const refers = `r.tokens @> array[o.self # ${salt}]`;
  const linked =
    type === 'Patient'
      ? `((r.patient = o.self and ${refersToOwnSql(link.source, link.param, 'r', context)})
          or (${tokenRowsSql(link.source, link.param, context)}${refers}))`
      : refers;
  return `exists (select 1 from (select r.self as self) o,
    lateral (select 1 from resource r where ${linked} and ${linkedSql(link, context, print, true)}) x)`;
}
