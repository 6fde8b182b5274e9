import type { HasExpression, SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT_LINK, type LinkExpression, linksOf } from '../../search/linked.ts';
import { SEVERAL } from '../index-rows.ts';
import type { SearchSqlContext } from './context.ts';
import { linkedSql, type Print, refersToOwnSql, saltSql, typeSql } from './link-parts.ts';

/**
 * True for a chain to patients who are themselves found by what refers to them: a care team, a consent, a study. Which
 * patients these are does not depend on the row that is asked about, so that they can be found once for all rows.
 */
export function leadsToPatientSet(
  link: LinkExpression,
  { type, chief }: Pick<SearchSqlContext, 'type' | 'chief'>,
): boolean {
  return (
    link.kind === 'chain' &&
    link.target === 'Patient' &&
    (link.param === COMPARTMENT_LINK || chief.patient(type).has(link.param)) &&
    linksOf(link.where).length > 0
  );
}

/** Selects the hashes of the patients that satisfy a condition: each way leads from what refers to them to them. */
export function patientSetSql(
  where: SearchExpression,
  context: SearchSqlContext,
  print: Print,
): string {
  // The offsets keep the order: first the ways, then each patient by the index; the planner cannot know how many there are.
  return `select w.patient as self from (select distinct f.patient from (${referredPatientsSql(where, context, print)}) f (patient) offset 0) w,
    lateral (${patientSql('w.patient', context)}) p`;
}

/**
 * Selects the hashes of those whom the ways lead to, some of them more than once. What refers to a patient may outlive
 * them, so that {@link patientSql} is to be asked as well.
 */
export function referredPatientsSql(
  where: SearchExpression,
  context: SearchSqlContext,
  print: Print,
): string {
  const { byPatient: _, ...rest } = context;
  return waysSql(where, { ...rest, type: 'Patient' }, print);
}

/** Selects something where there is a patient with a hash: by the index, as the fence keeps the planner from hashing all patients. */
export function patientSql(hash: string, context: SearchSqlContext): string {
  return `select 1 from resource p where p.self = ${hash} and (p.type + 0) = ${typeSql('Patient', context)} and not p.deleted offset 0`;
}

function waysSql(where: SearchExpression, context: SearchSqlContext, print: Print): string {
  switch (where.kind) {
    case 'or':
      return where.operands
        .map((operand) => `(${waysSql(operand, context, print)})`)
        .join(' union all ');
    case 'and': {
      const links = where.operands.filter((operand) => linksOf(operand).length > 0);
      const own = where.operands.filter((operand) => !links.includes(operand));
      const ways = links.map((operand) => waysSql(operand, context, print));
      if (own.length > 0) ways.push(ownSql({ kind: 'and', operands: own }, context, print));
      return ways.map((way) => `(${way})`).join(' intersect ');
    }
    case 'has':
      return referredSql(where, context, print);
    default:
      return ownSql(where, context, print);
  }
}

function ownSql(where: SearchExpression, context: SearchSqlContext, print: Print): string {
  return `select r.self from resource r where r.type = ${typeSql('Patient', context)} and not r.deleted
    and (${print(where, context)})`;
}

/** The patients to whom resources refer: mostly the one of the row, else any of its references. */
function referredSql(link: HasExpression, context: SearchSqlContext, print: Print): string {
  const { source, param } = link;
  const linked = (): string => linkedSql(link, context, print);
  const own = `select r.patient from resource r where ${linked()} and ${refersToOwnSql(source, param, 'r', context)}`;
  const others = context.chief.patient(source).has(param)
    ? ` and r.patient = ${String(SEVERAL)}`
    : '';
  return `${own} union all select k # ${saltSql(source, param, context)}
    from resource r cross join lateral unnest(r.tokens) k where ${linked()}${others}`;
}
