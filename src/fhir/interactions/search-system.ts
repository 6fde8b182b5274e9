import { isLinked } from '../../search/parse/link-parameter.ts';
import { parseSystemSearch } from '../../search/parse-system.ts';
import { searchSystem } from '../../storage/repository/searching/search-system.ts';
import { fhirError } from '../../outcome/codes.ts';
import { linkedPage, pageParameters } from '../page-links.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { searchAnswer } from '../search-answer.ts';
import { searchOptions, searchParameters } from '../search-parameters.ts';

/** `GET [base]?_type=…` and `POST [base]/_search`. @see https://hl7.org/fhir/R4/http.html#search */
export async function searchWholeSystem(call: FhirCall, form: boolean): Promise<FhirResponse> {
  const { definitions, store } = call.services;
  const asked = searchParameters(call, form);
  const linked = linkedPage(call, asked);
  if (linked !== undefined && linked.path !== '') throw fhirError('SEARCH_INVALID_PAGE');
  const types = definitions.resourceTypes.filter((type) => isLinked(definitions, type));
  const requests = parseSystemSearch(
    definitions,
    types,
    linked === undefined ? asked : pageParameters(linked),
    searchOptions(call),
  );
  const [request] = requests;
  if (request === undefined) throw new TypeError('There are no resource types');
  const page = await searchSystem(store, call.context, requests);
  return searchAnswer(call, '', '', request, linked, page);
}
