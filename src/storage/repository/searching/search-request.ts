import { fhirError } from '../../../outcome/codes.ts';
import type { SearchParameterType } from '../../../definitions/model.ts';
import type { SearchRequest, SortKey } from '../../../search/expression.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { LinkNaming } from '../../search-sql/link-keys.ts';

/** A search as it stands in the audit record: what was understood of it, and the compartment it was asked in. */
export function searchQuery({ used, compartment }: SearchRequest): string {
  const parameters = used.map(([name, value]): [string, string] => [name, value]);
  if (compartment !== undefined) parameters.unshift(['_compartment', compartment]);
  return new URLSearchParams(parameters).toString();
}

/** The sort keys of a search with the types of their parameters. @throws FhirError `SEARCH_UNKNOWN_PARAMETER` */
export function sortKeys(
  store: ClinicalStore,
  { type, sort }: Pick<SearchRequest, 'type' | 'sort'>,
): readonly (SortKey & { readonly type: SearchParameterType })[] {
  const parameters = store.definitions.searchParameters(type);
  return sort.map((key) => {
    const definition = parameters.get(key.param);
    if (definition === undefined)
      throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name: key.param, type });
    return { ...key, type: definition.type };
  });
}

/** What finding the resources behind chains needs of the store. */
export function linkNaming(store: ClinicalStore, type: string): LinkNaming {
  const { hash, paramKey, chief, types, listedLinks } = store;
  const naming = { type, hash, paramKey, chief, typeCode: (name: string) => types.code(name) };
  return listedLinks === undefined ? naming : { ...naming, listed: listedLinks };
}
