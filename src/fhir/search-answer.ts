import type { OperationOutcome } from '@medplum/fhirtypes';
import type { SearchRequest } from '../search/expression.ts';
import { MAX_INCLUDED } from '../storage/repository/searching/include.ts';
import type { SearchPage } from '../storage/repository/searching/search.ts';
import { type ShownText, shownText } from '../storage/repository/shown/shown-text.ts';
import { type BundleEntryText, bundleText } from './bundle-text.ts';
import { type Page, searchLinks } from './page-links.ts';
import type { FhirCall, FhirResponse } from './request.ts';
import { json } from './respond.ts';
import { createResponseBudget } from './response-budget.ts';
import { subset } from './subset.ts';

/**
 * Prints one page of a search: matches, what they include, and a word of warning where not everything could be included.
 * @param path where the search was asked, below the base
 * @param type type of matches that do not say their own
 * @see https://hl7.org/fhir/R4/bundle.html#searchset
 */
export function searchAnswer(
  call: FhirCall,
  path: string,
  type: string,
  request: SearchRequest,
  linked: Page | undefined,
  page: SearchPage,
): FhirResponse {
  const { services } = call;
  const budget = createResponseBudget();
  const entry = (
    of: { readonly type?: string; readonly id: string; readonly content: ShownText },
    mode: 'match' | 'include',
  ): BundleEntryText => {
    const resource = subset(services.definitions, of.content, request);
    if (!budget.take(resource)) throw budget.error();
    const fullUrl = `${call.request.base}/${of.type ?? type}/${of.id}`;
    return { fullUrl, resource, search: { mode } };
  };
  const entries = page.entries.map((match) => entry(match, 'match'));
  for (const included of page.included ?? []) entries.push(entry(included, 'include'));
  if (page.complete === false) {
    entries.push({ resource: shownText(JSON.stringify(INCOMPLETE)), search: { mode: 'outcome' } });
  }
  const links = searchLinks(call, path, request.used, linked, page.next);
  const total = page.total ?? knownTotal(request, page);
  return json(200, bundleText(services.store.clock, 'searchset', links, entries, total));
}

/** The number of matches, where all of them are on this one page. */
function knownTotal(
  { cursor, offset = 0 }: SearchRequest,
  { entries, next }: SearchPage,
): number | undefined {
  return cursor === undefined && offset === 0 && next === undefined ? entries.length : undefined;
}

const TEXT = `Not everything could be included: a page includes at most ${String(MAX_INCLUDED)} resources; ask for fewer matches with _count`;

const INCOMPLETE: OperationOutcome = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'warning', code: 'too-costly', details: { text: TEXT }, diagnostics: TEXT }],
};
