import type { SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT_LINK, type LinkExpression, linkedType } from '../../search/linked.ts';
import { linkKey, patientMarker } from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import { anchors } from './anchor.ts';
import type { SearchSqlContext } from './context.ts';

/** Prints an expression as a condition on `r`. */
export type Print = (expression: SearchExpression, context: SearchSqlContext) => string;

/**
 * Conditions on the rows `r` behind a link, whichever of the others they belong to.
 * @param reached true where the rows are reached one by one, by their hash or by what they refer to: then nothing else is to
 * lead to them, least of all the token of somebody who has thousands of them
 */
export function linkedSql(
  link: LinkExpression,
  context: SearchSqlContext,
  print: Print,
  reached = false,
): string {
  const type = linkedType(link);
  const { byPatient: _, ...rest } = context;
  const inner = { ...rest, type };
  const { conditions, byPatient } = reached
    ? { conditions: [], byPatient: true }
    : anchors(link.where, inner);
  // Those of a patient are found by the index of patients and types, all others by an index of hashes alone.
  const column =
    reached && (link.kind === 'chain' || context.type !== 'Patient') ? '(r.type + 0)' : 'r.type';
  return [
    `${column} = ${typeSql(type, context)}`,
    'not r.deleted',
    ...conditions,
    `(${print(link.where, { ...inner, byPatient })})`,
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
