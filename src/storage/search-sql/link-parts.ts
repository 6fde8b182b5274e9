import type { SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT_LINK, type LinkExpression, linkedType } from '../../search/linked.ts';
import { linkKey, patientMarker } from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import { anchors } from './anchor.ts';
import type { SearchSqlContext } from './context.ts';

/** Prints an expression as a condition on `r`. */
export type Print = (expression: SearchExpression, context: SearchSqlContext) => string;

/** Conditions on the rows `r` behind a link, whichever of the others they belong to. */
export function linkedSql(link: LinkExpression, context: SearchSqlContext, print: Print): string {
  const type = linkedType(link);
  const { byPatient: _, ...rest } = context;
  const inner = { ...rest, type };
  return [
    `r.type = ${typeSql(type, context)}`,
    'not r.deleted',
    ...anchors(link.where, inner).conditions,
    `(${print(link.where, inner)})`,
  ].join(' and ');
}

/** Hash that a reference parameter adds to the tokens of its references. */
export function saltSql(type: string, param: string, context: SearchSqlContext): string {
  return context.parameters.add(saltOf(type, param, context), 'bigint');
}

/** The patients in whose compartment a row is stand among its tokens as they are. */
export function saltOf(type: string, param: string, { hash }: SearchSqlContext): bigint {
  return param === COMPARTMENT_LINK ? 0n : hash(linkKey(type, param));
}

/** Says of a row that the parameter refers to its one patient: by a number among its parameters, or because it is in a compartment. */
export function refersToOwnSql(
  type: string,
  param: string,
  row: string,
  context: SearchSqlContext,
): string {
  if (param === COMPARTMENT_LINK) return 'true';
  const marker = context.parameters.add(context.paramKey(type, patientMarker(param)), 'integer');
  return `${marker} = any(${row}.params)`;
}

/** Number of a resource type; where the caller does not know it, the database looks it up once in a statement. */
export function typeSql(type: string, { parameters, links }: SearchSqlContext): string {
  return links === undefined
    ? `(select code from resource_type where name = ${parameters.add(type, 'text')})`
    : parameters.add(links.typeCode(type), 'smallint');
}

/**
 * Rows whose references to patients stand among the tokens: where every patient of a reference is one of the row's, those
 * with several. It spares all others the comparison of their tokens.
 */
export function tokenRowsSql(type: string, param: string, { chief }: SearchSqlContext): string {
  return param === COMPARTMENT_LINK || chief.patient(type).has(param)
    ? `r.patient is not null and r.patient = ${String(SEVERAL)} and `
    : '';
}
