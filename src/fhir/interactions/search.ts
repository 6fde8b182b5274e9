import { parseSearch } from '../../search/parse.ts';
import { searchResources } from '../../storage/repository/searching/search.ts';
import { fhirError } from '../../outcome/codes.ts';
import { linkedPage, pageParameters } from '../page-links.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { searchAnswer } from '../search-answer.ts';
import { searchOptions, searchParameters } from '../search-parameters.ts';
import { searchAuditEvents } from '../../audit/search.ts';

/** `GET [type]?…` and `POST [type]/_search`. @see https://hl7.org/fhir/R4/http.html#search */
export async function search(call: FhirCall, type: string, form: boolean): Promise<FhirResponse> {
  const { services, context } = call;
  const asked = searchParameters(call, form);
  const linked = linkedPage(call, asked);
  if (linked !== undefined && linked.path !== type) throw fhirError('SEARCH_INVALID_PAGE');
  const parameters = linked === undefined ? asked : pageParameters(linked);
  const parsed = parseSearch(services.definitions, type, parameters, searchOptions(call));
  const find = type === 'AuditEvent' ? searchAuditEvents : searchResources;
  const page = await find(services.store, context, parsed);
  return searchAnswer(call, type, type, parsed, linked, page);
}
