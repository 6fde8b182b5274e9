import { compartmentTypes, inCompartment } from '../../search/compartments.ts';
import { and, type SearchRequest } from '../../search/expression.ts';
import { parseSystemSearch } from '../../search/parse-system.ts';
import { parseSearch } from '../../search/parse.ts';
import { searchResources } from '../../storage/repository/searching/search.ts';
import { searchSystem } from '../../storage/repository/searching/search-system.ts';
import { fhirError } from '../../outcome/codes.ts';
import { linkedPage, pageParameters } from '../page-links.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import type { Route } from '../route.ts';
import { searchAnswer } from '../search-answer.ts';
import { searchOptions, searchParameters } from '../search-parameters.ts';

/**
 * `GET [compartment]/[id]/[type]` and `GET [compartment]/[id]/*`. Whether the resource that the compartment is named after
 * exists is not asked: what is in it and may be seen is found, and nothing else is told.
 * @throws FhirError `FHIR_UNKNOWN_ROUTE` for a type that is in no such compartment
 * @see https://hl7.org/fhir/R4/http.html#vsearch
 */
export async function searchCompartment(
  call: FhirCall,
  found: Extract<Route, { kind: 'search-compartment' }>,
): Promise<FhirResponse> {
  const { definitions, store } = call.services;
  const { compartment, id, member } = found;
  const path = `${compartment}/${id}/${member}`;
  const types = compartmentTypes(definitions, compartment);
  if (types.length === 0 || (member !== '*' && !types.includes(member)))
    throw fhirError('FHIR_UNKNOWN_ROUTE', { path });
  const asked = searchParameters(call, found.form);
  const linked = linkedPage(call, asked);
  if (linked !== undefined && linked.path !== path) throw fhirError('SEARCH_INVALID_PAGE');
  const parameters = linked === undefined ? asked : pageParameters(linked);
  const inside = (request: SearchRequest): SearchRequest => ({
    ...request,
    where: and(inCompartment(definitions, compartment, id, request.type), request.where),
    compartment: `${compartment}/${id}`,
  });
  if (member !== '*') {
    const request = inside(parseSearch(definitions, member, parameters, searchOptions(call)));
    const page = await searchResources(store, call.context, request);
    return searchAnswer(call, path, member, request, linked, page);
  }
  const requests = parseSystemSearch(definitions, types, parameters, searchOptions(call)).map(
    inside,
  );
  const [request] = requests;
  if (request === undefined) throw fhirError('FHIR_UNKNOWN_ROUTE', { path });
  const page = await searchSystem(store, call.context, requests);
  return searchAnswer(call, path, '', request, linked, page);
}
