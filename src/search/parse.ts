import { fhirError } from '../fhir/outcome/codes.ts';
import { isFhirError } from '../fhir/outcome/fhir-error.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { and, type SearchExpression, type SearchRequest } from './expression.ts';
import { parseCondition } from './parse/condition.ts';
import { isControlParameter } from './parse/control.ts';
import { parseControls } from './parse/controls.ts';
import { splitUnescaped } from './parse/escape.ts';
import { MAX_PARAMETERS, MAX_VALUES } from './parse/limits.ts';
import type { ParseOptions } from './parse/options.ts';
import { parseParameterName } from './parse/parameter-name.ts';
import { findSearchable } from './parse/searchable.ts';
import { checkValueText } from './parse/value-text.ts';
import type { QueryParameter } from './parse-query.ts';

/**
 * Reads a search of one resource type: the only way from parameters to an expression, for GET, POST `_search`,
 * conditional URLs, subscriptions and the criteria of policies. Parameters without a value are ignored.
 * @param parameters Names and values, decoded, in the order of the client.
 * @throws FhirError `FHIR_UNKNOWN_RESOURCE_TYPE`, `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_UNKNOWN_MODIFIER`,
 * `SEARCH_INVALID_VALUE`, `SEARCH_INVALID_CONTROL`, `SEARCH_INVALID_PAGE`, `SEARCH_UNSUPPORTED_PARAMETER`,
 * `SEARCH_TOO_COMPLEX`
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
  const surroundings = { definitions, baseUrls: options.baseUrls ?? [] };
  const conditions: SearchExpression[] = [];
  const controls: QueryParameter[] = [];
  const used: QueryParameter[] = [];
  let values = 0;
  for (const [name, value] of parameters) {
    if (value === '') continue;
    if (isControlParameter(name)) {
      controls.push([name, value]);
      if (name !== '_cursor') used.push([name, value]);
      continue;
    }
    const parsedName = parseParameterName(name);
    const searchable = findSearchable(definitions, type, parsedName);
    if (isFhirError(searchable)) {
      if (options.lenient === true) continue;
      throw searchable;
    }
    const alternatives = splitUnescaped(value, ',').filter((alternative) => alternative !== '');
    if (alternatives.length === 0) continue;
    values += alternatives.length;
    if (values > MAX_VALUES) throw fhirError('SEARCH_TOO_COMPLEX', { limit: MAX_VALUES });
    for (const alternative of alternatives) checkValueText(name, alternative);
    conditions.push(parseCondition(surroundings, parsedName, searchable, alternatives));
    used.push([name, value]);
  }
  return {
    type,
    where: and(...conditions),
    ...parseControls(definitions, type, controls, options),
    used,
  };
}
