import type { SearchExpression } from '../../search/expression.ts';
import { type LinkExpression, linkedType } from '../../search/linked.ts';
import { linkKey, patientMarker } from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import { anchors } from './anchor.ts';
import type { Links, SearchSqlContext } from './context.ts';

/** Prints an expression as a condition on `r`. */
type Print = (expression: SearchExpression, context: SearchSqlContext) => string;

/**
 * Prints a chain or reverse chain as a condition on the row `r`. Where the linked resources are known they are listed, so
 * that the planner sees how few they are and finds the rows by them; else each row is asked whether it has such a link,
 * which is right where most have.
 */
export function linkSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const keys = linksOfContext(context).keys.get(link);
  if (keys === undefined) return probeSql(link, context, print);
  if (keys.length === 0) return 'false';
  if (link.kind === 'has') return `r.self = any(${context.parameters.add(keys, 'bigint[]')})`;
  const { type, parameters, hash } = context;
  const salt = hash(linkKey(type, link.param));
  const tokens = parameters.add(
    keys.map((key) => BigInt(key) ^ salt),
    'bigint[]',
  );
  // The empty array hides the column from the index of tokens, as in where.ts.
  const column = context.byPatient === true ? "(r.tokens || '{}')" : 'r.tokens';
  if (link.target !== 'Patient') return `${column} && ${tokens}`;
  const patients = parameters.add(keys, 'bigint[]');
  const only = `r.patient is not null and r.patient = any(${patients}) and ${markerSql(type, link.param, context)} = any(r.params)`;
  return `((${only}) or (${tokenRowsSql(type, link.param, context)}${column} && ${tokens}))`;
}

/** Conditions on the rows `r` behind a link, whichever of the others they belong to. */
export function linkedSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const type = linkedType(link);
  const { byPatient: _, ...rest } = context;
  const inner = { ...rest, type };
  return [
    `r.type = ${context.parameters.add(linksOfContext(context).typeCode(type), 'smallint')}`,
    'not r.deleted',
    ...anchors(link.where, inner).conditions,
    `(${print(link.where, inner)})`,
  ].join(' and ');
}

/** Hash that a reference parameter adds to the tokens of its references. */
export function saltSql(type: string, param: string, context: SearchSqlContext): string {
  return context.parameters.add(context.hash(linkKey(type, param)), 'bigint');
}

/** Number by which a row says that the parameter refers to its one patient. */
export function markerSql(type: string, param: string, context: SearchSqlContext): string {
  return context.parameters.add(context.paramKey(type, patientMarker(param)), 'integer');
}

/**
 * Rows whose references to patients stand among the tokens: where every patient of a reference is one of the row's, those
 * with several. It spares all others the comparison of their tokens.
 */
function tokenRowsSql(type: string, param: string, { chief }: SearchSqlContext): string {
  return chief.patient(type).has(param)
    ? `r.patient is not null and r.patient = ${String(SEVERAL)} and `
    : '';
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
  const { type, parameters } = context;
  const { keys, typeCode } = linksOfContext(context);
  if (link.kind === 'has' || keys.has(link)) return linkSql(link, context, print);
  const linked = (): string =>
    `(select r.self from resource r where ${linkedSql(link, context, print)})`;
  const of = `s.type = ${parameters.add(typeCode(type), 'smallint')}`;
  const byToken = `select s.rid from resource s cross join lateral unnest(s.tokens) k
    join ${linked()} t on t.self = k # ${saltSql(type, link.param, context)}
    where ${of}`;
  if (link.target !== 'Patient') return `r.rid in (${byToken})`;
  const everywhere = tokenRowsSql(type, link.param, context) === '';
  const others = everywhere ? byToken : `${byToken} and s.patient = ${String(SEVERAL)}`;
  return `r.rid in (select s.rid from resource s join ${linked()} t on t.self = s.patient
    where ${of} and ${markerSql(type, link.param, context)} = any(s.params) union all ${others})`;
}

/** Each level calls its row `r`, so that one printer serves all; what it needs of the row outside is handed in as `o`. */
function probeSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const { type } = context;
  if (link.kind === 'chain') {
    const salt = saltSql(type, link.param, context);
    const tokens = `array(select k # ${salt} from unnest(o.tokens) k)`;
    const selves =
      link.target === 'Patient'
        ? `${tokens} || case when ${markerSql(type, link.param, context)} = any(o.params) then o.patient end`
        : tokens;
    return `exists (select 1 from (select r.tokens as tokens, r.params as params, r.patient as patient) o,
      lateral (select 1 from resource r where r.self = any(${selves}) and ${linkedSql(link, context, print)}) x)`;
  }
  const salt = saltSql(link.source, link.param, context);
  const refers = `r.tokens @> array[o.self # ${salt}]`;
  const linked =
    type === 'Patient'
      ? `((r.patient = o.self and ${markerSql(link.source, link.param, context)} = any(r.params))
          or (${tokenRowsSql(link.source, link.param, context)}${refers}))`
      : refers;
  return `exists (select 1 from (select r.self as self) o,
    lateral (select 1 from resource r where ${linked} and ${linkedSql(link, context, print)}) x)`;
}

function linksOfContext({ links }: SearchSqlContext): Links {
  if (links === undefined) throw new TypeError('A chain cannot be printed here');
  return links;
}
