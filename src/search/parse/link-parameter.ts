import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { invalidValue } from './invalid-value.ts';
import { MAX_CHAIN_DEPTH, shownName } from './limits.ts';
import type { Surroundings } from './surroundings.ts';

/** Types that chains lead to or come from; the ledger is no resource of the store. */
export function isLinked(definitions: Definitions, type: string): boolean {
  return type !== 'AuditEvent' && definitions.isResourceType(type);
}

/**
 * The reference parameter that a link goes by.
 * @param name the whole parameter as sent, for errors
 * @throws FhirError `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_INVALID_VALUE` where it is no reference
 */
export function linkParameter(
  { definitions }: Surroundings,
  type: string,
  code: string,
  name: string,
): SearchParameterDefinition {
  const parameter = definitions.searchParameters(type).get(code);
  if (parameter === undefined)
    throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name: shownName(code), type });
  if (parameter.type !== 'reference')
    throw invalidValue(name, `${shownName(code)} of ${type} is not a reference`);
  return parameter;
}

/**
 * Refuses what leads too far, and any link where none is allowed.
 * @throws FhirError `SEARCH_CHAIN_TOO_LONG`, `SEARCH_UNSUPPORTED_PARAMETER`
 */
export function checkLink(
  { alone }: Surroundings,
  type: string,
  name: string,
  depth: number,
  kind: string,
): void {
  if (alone || type === 'AuditEvent')
    throw fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind, name: shownName(name) });
  if (depth >= MAX_CHAIN_DEPTH) {
    throw fhirError('SEARCH_CHAIN_TOO_LONG', { limit: MAX_CHAIN_DEPTH, name: shownName(name) });
  }
}
