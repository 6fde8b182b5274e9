import type { Expression } from '@medplum/fhirtypes';

/** A search that finds people: by resources of theirs. */
export interface Criteria {
  readonly type: string;
  /** FHIR search string, with the period not yet put in. */
  readonly query: string;
}

/** People divided by the values of one parameter; who fits several belongs to the first. */
export interface Division {
  readonly type: string;
  readonly parameter: string;
  readonly values: readonly string[];
  /** The rest of the search. */
  readonly rest: string;
}

/** Strata of one stratifier. */
const MAX_STRATA = 30;

const QUERY = /^([A-Z][A-Za-z]{1,63})(?:\?(.{0,2000}))?$/;
const PARAMETER = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** Reads an expression in the language of FHIR searches; undefined where it is none. */
export function readCriteria(expression: Expression | undefined): Criteria | undefined {
  if (expression?.language !== 'application/x-fhir-query') return undefined;
  const [, type, query = ''] = QUERY.exec(expression.expression ?? '') ?? [];
  return type === undefined ? undefined : { type, query };
}

/** Reads the expression of a stratifier: the values of its first parameter, separated by commas, make the strata. */
export function readDivision(expression: Expression | undefined): Division | undefined {
  const criteria = readCriteria(expression);
  if (criteria === undefined) return undefined;
  const [first = '', ...rest] = criteria.query.split('&');
  const equals = first.indexOf('=');
  const parameter = first.slice(0, equals);
  const values = first.slice(equals + 1).split(',');
  const sound =
    equals > 0 &&
    PARAMETER.test(parameter) &&
    values.length <= MAX_STRATA &&
    values.every((value) => value !== '') &&
    new Set(values).size === values.length;
  return sound ? { type: criteria.type, parameter, values, rest: rest.join('&') } : undefined;
}

/** A search string with the days of the period in the place of their names. */
export function withPeriod(
  query: string,
  { start, end }: { readonly start: string; readonly end: string },
): string {
  return query.replaceAll('{{%periodStart}}', start).replaceAll('{{%periodEnd}}', end);
}
