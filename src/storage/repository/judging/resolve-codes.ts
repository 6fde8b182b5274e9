import { fhirError } from '../../../outcome/codes.ts';
import type { SearchExpression } from '../../../search/expression.ts';
import { hasCodeSets, resolveCodeSets } from '../../../search/terminology.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';

/**
 * The condition of a request with the codes of its value sets in it, as the caller may see them. To be asked for whatever
 * comes from a caller before it is joined with the policy; without value sets it is returned as it is.
 * @throws FhirError `SEARCH_INVALID_VALUE` for what is not known, `TERMINOLOGY_TOO_COSTLY`
 */
export async function withCodes(
  store: ClinicalStore,
  context: AccessContext,
  where: SearchExpression,
): Promise<SearchExpression> {
  if (!hasCodeSets(where)) return where;
  if (store.codeSets === undefined) {
    throw fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind: 'value set', name: ':in' });
  }
  return resolveCodeSets(where, store.codeSets(context));
}
