import { parseElements, parseSummary } from '../search/parse/control.ts';
import { parseQuery } from '../search/parse-query.ts';
import { fhirError } from '../outcome/codes.ts';
import type { FhirCall, FhirResponse } from './request.ts';
import { FHIR_JSON_UTF8 } from './respond.ts';
import type { Route } from './route.ts';
import { shownText } from '../storage/repository/shown/shown-text.ts';
import { type SubsetWish, subset, subsetBundle } from './subset.ts';

/** Interactions that answer with what is stored; a search narrows its entries itself. */
const NARROWED: ReadonlySet<Route['kind']> = new Set([
  'read',
  'vread',
  'history',
  'history-type',
  'history-system',
  'operation',
]);

/**
 * The answer cut down to what `_summary` and `_elements` ask for; as it is where the query has neither.
 * @throws FhirError `SEARCH_INVALID_CONTROL`
 * @see https://hl7.org/fhir/R4/http.html#parameters
 */
export function narrowed(call: FhirCall, found: Route, response: FhirResponse): FhirResponse {
  const { query } = call.request;
  const { status, headers, body } = response;
  if (!query.includes('_summary=') && !query.includes('_elements=')) return response;
  if (!NARROWED.has(found.kind) || body === undefined || status !== 200) return response;
  if (headers['Content-Type'] !== FHIR_JSON_UTF8) return response;
  const wish = wishOf(query);
  const { definitions } = call.services;
  const single = found.kind === 'read' || found.kind === 'vread';
  return {
    ...response,
    body: single
      ? subset(definitions, shownText(body), wish)
      : subsetBundle(definitions, body, wish),
  };
}

function wishOf(query: string): SubsetWish {
  const parameters = new Map<string, string>();
  for (const [name, value] of parseQuery(query)) {
    if (value === '') continue;
    if (parameters.has(name) && (name === '_summary' || name === '_elements'))
      throw fhirError('SEARCH_INVALID_CONTROL', { name, reason: 'it may stand only once' });
    parameters.set(name, value);
  }
  const asked = parameters.get('_summary');
  const summary = asked === undefined ? undefined : parseSummary(asked);
  const elements = parameters.get('_elements');
  if (summary === 'count') {
    const reason = 'only a search can be counted';
    throw fhirError('SEARCH_INVALID_CONTROL', { name: '_summary', reason });
  }
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(elements === undefined ? {} : { elements: parseElements(elements) }),
  };
}
