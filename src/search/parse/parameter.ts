import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { SearchExpression } from '../expression.ts';
import { parseChain } from './chain.ts';
import { parseCondition } from './condition.ts';
import { isHas, parseHas } from './has.ts';
import { shownName } from './limits.ts';
import { parseList } from './list.ts';
import { parseParameterName } from './parameter-name.ts';
import { findSearchable } from './searchable.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Reads one parameter with its alternatives: a condition on the resource itself, or on one that a chain leads to.
 * @param depth links between the resources searched and those the condition is about
 * @throws FhirError as `parseSearch`
 * @see https://hl7.org/fhir/R4/search.html
 */
export function parseParameter(
  surroundings: Surroundings,
  type: string,
  name: string,
  values: readonly string[],
  depth = 0,
): SearchExpression {
  const read = (of: string, rest: string, hops: number): SearchExpression =>
    parseParameter(surroundings, of, rest, values, hops);
  if (isHas(name)) return parseHas(surroundings, type, name, depth, read);
  if (name.includes('.')) return parseChain(surroundings, type, name, depth, read);
  if (name === '_list') return parseList(surroundings, type, values, depth);
  const parsedName = parseParameterName(name);
  const searchable = findSearchable(surroundings.definitions, type, parsedName);
  if (isFhirError(searchable)) throw searchable;
  // Words are looked up by the database, and one resource by itself is not there.
  if (surroundings.alone && surroundings.definitions.fullText?.has(parsedName.code) === true) {
    throw fhirError('SEARCH_UNSUPPORTED_PARAMETER', {
      kind: 'full text',
      name: shownName(parsedName.text),
    });
  }
  return parseCondition(surroundings, parsedName, searchable, values);
}
