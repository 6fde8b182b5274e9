import type { SearchExpression } from '../expression.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { checkLink } from './link-parameter.ts';
import { isResourceId } from './resource-id.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * `_list`: what stands as an item in one of the Lists, of which the caller has to be allowed to know. The functional lists
 * (`$current-problems`) are not there.
 * @throws FhirError `SEARCH_INVALID_VALUE`, `SEARCH_CHAIN_TOO_LONG`, `SEARCH_TOO_MANY_CHAINS`
 * @see https://hl7.org/fhir/R4/search.html#list
 */
export function parseList(
  surroundings: Surroundings,
  type: string,
  values: readonly string[],
  depth: number,
): SearchExpression {
  checkLink(surroundings, type, '_list', depth, 'list');
  const ids = values.map((value) => {
    const id = unescapeValue(value).replace(/^List\//, '');
    if (!isResourceId(id)) throw invalidValue('_list', 'the id of a List is expected');
    return id;
  });
  surroundings.countLink();
  return { kind: 'has', source: 'List', param: 'item', where: { kind: 'id', ids } };
}
