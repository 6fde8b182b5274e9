import { fhirError } from '../../outcome/codes.ts';
import type { SearchExpression } from '../expression.ts';
import { invalidValue } from './invalid-value.ts';
import { shownName } from './limits.ts';
import { checkLink, isLinked, linkParameter } from './link-parameter.ts';
import type { ConditionReader, Surroundings } from './surroundings.ts';

const PREFIX = '_has:';

/** True for the name of a reverse chain. */
export function isHas(name: string): boolean {
  return name === '_has' || name.startsWith(PREFIX);
}

/**
 * Reads `_has:Observation:patient:code`; what stands behind the third colon is a parameter of its own, with a modifier, a
 * chain or another `_has`.
 * @throws FhirError `SEARCH_INVALID_VALUE`, `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_CHAIN_TOO_LONG`,
 * `SEARCH_TOO_MANY_CHAINS`, and those of `read`
 * @see https://hl7.org/fhir/R4/search.html#has
 */
export function parseHas(
  surroundings: Surroundings,
  type: string,
  name: string,
  depth: number,
  read: ConditionReader,
): SearchExpression {
  checkLink(surroundings, type, name, depth, 'reverse chain');
  const [source = '', param = '', ...more] = name.slice(PREFIX.length).split(':');
  const rest = more.join(':');
  if (param === '' || rest === '') {
    throw invalidValue(
      name,
      'a type, a reference and a parameter are expected: _has:Type:ref:name',
    );
  }
  if (!isLinked(surroundings.definitions, source))
    throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: shownName(source) });
  const { targets } = linkParameter(surroundings, source, param, name);
  if (targets.length > 0 && !targets.includes(type)) {
    throw invalidValue(name, `${param} of ${source} does not refer to ${type}`);
  }
  surroundings.countLink();
  return { kind: 'has', source, param, where: read(source, rest, depth + 1) };
}
