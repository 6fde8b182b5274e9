import { type Clock, systemClock } from '../clock.ts';
import type { Definitions } from '../definitions/model.ts';
import { type FhirError, isFhirError } from '../outcome/fhir-error.ts';
import type { SearchExpression } from '../search/expression.ts';
import { isControlParameter } from '../search/parse/control.ts';
import { parseSearch } from '../search/parse.ts';
import { decodeFormComponent, type QueryParameter, splitQuery } from '../search/parse-query.ts';
import { atRequest, dependsOnTime, NOW, NOW_PLACEHOLDER } from './relations/request-time.ts';
import { type PolicyParameters, substitute } from './variables.ts';

/** Conditions of one entry as parameters of a search, variables put in. */
export type Criteria =
  | { readonly parameters: readonly QueryParameter[] }
  | { readonly unresolved: string }
  | { readonly malformed: string };

/**
 * Reads the criteria of an entry up to the point where the resource type matters.
 * @param criteria `Type?name=value&…` or `*?…`; the type must be that of the entry.
 */
export function readCriteria(
  criteria: string,
  resourceType: string,
  variables: PolicyParameters,
): Criteria {
  const prefix = `${resourceType}?`;
  if (!criteria.startsWith(prefix)) return { malformed: `criteria does not begin with ${prefix}` };
  const parts = splitQuery(criteria.slice(prefix.length));
  if (parts === undefined) return { malformed: 'criteria holds too many conditions' };
  const parameters: QueryParameter[] = [];
  for (const [rawName, rawValue] of parts) {
    const name = decodeFormComponent(rawName);
    if (name === undefined || isControlParameter(name)) {
      return { malformed: 'criteria holds something that is not a condition' };
    }
    const substitution = substitute(rawValue, variables);
    if (!('value' in substitution)) return substitution;
    parameters.push([name, substitution.value]);
  }
  if (parameters.length === 0) return { malformed: 'criteria holds no condition' };
  return { parameters };
}

/** What else reading criteria depends on. */
export interface CriteriaOptions {
  /** Tells what `%now` is. */
  readonly clock?: Clock;
  /** True where the criteria may follow references; else one resource has to answer them by itself. */
  readonly links?: boolean;
}

/**
 * The expression of criteria for one resource type; `unknown` says that the type lacks a parameter. A condition that a
 * search would ignore is malformed here, because a policy would be wider without it.
 */
export function criteriaExpression(
  definitions: Definitions,
  type: string,
  parameters: readonly QueryParameter[],
  { clock = systemClock, links = false }: CriteriaOptions = {},
): SearchExpression | { readonly unknown: string } | { readonly malformed: string } {
  try {
    const options = { ...NO_PAGE, alone: !links };
    const { where: read, used } = parseSearch(definitions, type, parameters, options);
    if (used.length !== parameters.length)
      return { malformed: 'criteria holds an empty condition' };
    const timed = parameters.some(([, value]) => value.includes(NOW_PLACEHOLDER));
    if (!timed) return read;
    const where = atRequest(read, clock);
    return dependsOnTime(where) ? where : { malformed: `%${NOW} stands where no date is expected` };
  } catch (error) {
    if (!isFhirError(error)) throw error;
    const reason = textOf(error);
    return error.code === 'SEARCH_UNKNOWN_PARAMETER' ? { unknown: reason } : { malformed: reason };
  }
}

const NO_PAGE = { maxCount: 0, defaultCount: 0 };

function textOf(error: FhirError): string {
  return error.outcome.issue[0]?.details?.text ?? error.code;
}
