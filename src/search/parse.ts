import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Definitions } from '../definitions/model.ts';
import {
  and,
  type IncludeDirective,
  type SearchExpression,
  type SearchRequest,
} from './expression.ts';
import { isControlParameter } from './parse/control.ts';
import { parseControls } from './parse/controls.ts';
import { splitUnescaped } from './parse/escape.ts';
import { parseFilter } from './parse/filter.ts';
import { distinctIncludes, isInclude, parseInclude } from './parse/include.ts';
import { MAX_PARAMETERS, MAX_VALUES, shownName } from './parse/limits.ts';
import type { ParseOptions } from './parse/options.ts';
import { parseParameter } from './parse/parameter.ts';
import { revealIds } from './rewriters/reveal-ids.ts';
import { type Surroundings, surroundingsOf } from './parse/surroundings.ts';
import { checkValueText } from './parse/value-text.ts';
import type { QueryParameter } from './parse-query.ts';

/**
 * Reads a search of one resource type: the only way from parameters to an expression, for GET, POST `_search`,
 * conditional URLs, subscriptions and the criteria of policies. Parameters without a value are ignored.
 * @param parameters Names and values, decoded, in the order of the client.
 * @throws FhirError `FHIR_UNKNOWN_RESOURCE_TYPE`, `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_UNKNOWN_MODIFIER`,
 * `SEARCH_INVALID_VALUE`, `SEARCH_INVALID_CONTROL`, `SEARCH_INVALID_PAGE`, `SEARCH_UNSUPPORTED_PARAMETER`,
 * `SEARCH_TOO_COMPLEX`, `SEARCH_CHAIN_TOO_LONG`, `SEARCH_TOO_MANY_CHAINS`, `SEARCH_INVALID_FILTER`
 * @see https://hl7.org/fhir/R4/search.html
 */
export function parseSearch(
  definitions: Definitions,
  type: string,
  parameters: readonly QueryParameter[],
  options: ParseOptions,
): SearchRequest {
  if (!definitions.isResourceType(type)) throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type });
  if (parameters.length > MAX_PARAMETERS) {
    throw fhirError('SEARCH_TOO_COMPLEX', { limit: MAX_PARAMETERS });
  }
  const surroundings = surroundingsOf(definitions, options);
  const conditions: SearchExpression[] = [];
  const controls: QueryParameter[] = [];
  const includes: IncludeDirective[] = [];
  const used: QueryParameter[] = [];
  let values = 0;
  for (const [name, value] of parameters) {
    if (value === '') continue;
    if (isControlParameter(name)) {
      controls.push([name, value]);
      if (name !== '_cursor') used.push([name, value]);
      continue;
    }
    if (isInclude(name)) {
      if (surroundings.alone || type === 'AuditEvent')
        throw fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind: 'include', name: shownName(name) });
      includes.push(parseInclude(definitions, options.system ? undefined : type, name, value));
      used.push([name, value]);
      continue;
    }
    const alternatives =
      name === '_filter'
        ? [value]
        : splitUnescaped(value, ',').filter((alternative) => alternative !== '');
    if (alternatives.length === 0) continue;
    values += alternatives.length;
    if (values > MAX_VALUES) throw fhirError('SEARCH_TOO_COMPLEX', { limit: MAX_VALUES });
    for (const alternative of alternatives) checkValueText(name, alternative);
    const condition = readOne(surroundings, type, name, alternatives, options.lenient === true);
    if (condition === undefined) continue;
    conditions.push(condition);
    used.push([name, value]);
  }
  const where = and(...conditions);
  const { reveal } = options;
  const control = parseControls(definitions, type, controls, options);
  // The order of the ids would tell about the ids.
  if (reveal !== undefined && control.sort.some(({ param }) => param === '_id'))
    throw fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind: 'sort key', name: '_id' });
  return {
    type,
    where: reveal === undefined ? where : revealIds(definitions, type, where, reveal),
    ...control,
    used,
    ...(includes.length === 0 ? {} : { includes: distinctIncludes(includes) }),
  };
}

/** A lenient search leaves out what it does not know. */
function readOne(
  surroundings: Surroundings,
  type: string,
  name: string,
  values: readonly string[],
  lenient: boolean,
): SearchExpression | undefined {
  try {
    return name === '_filter' && !surroundings.alone
      ? parseFilter(surroundings, type, values[0] ?? '', parseParameter)
      : parseParameter(surroundings, type, name, values);
  } catch (error) {
    if (lenient && isFhirError(error) && LEFT_OUT.has(error.code)) return undefined;
    throw error;
  }
}

/** Codes of errors that say that a parameter is not there. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'SEARCH_UNKNOWN_PARAMETER',
  'SEARCH_UNSUPPORTED_PARAMETER',
]);
