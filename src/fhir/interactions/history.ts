import type { HistoryScope } from '../../storage/repository/history/history-plan.ts';
import { type HistoryVersion, readHistory } from '../../storage/repository/history/history.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { type BundleEntryText, bundleText } from '../bundle-text.ts';
import { etag, json } from '../respond.ts';
import { createResponseBudget } from '../response-budget.ts';
import { readHistoryParameters } from './history-parameters.ts';

/**
 * `GET [type]/[id]/_history`, `GET [type]/_history` and `GET _history`, newest first, in pages.
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function history(call: FhirCall, scope: HistoryScope): Promise<FhirResponse> {
  const { request, services, context } = call;
  const type = 'type' in scope ? scope.type : 'Resource';
  const parameters = readHistoryParameters(request, services.settings, type);
  const page = await readHistory(services.store, context, scope, parameters.request);
  const path = [
    request.base,
    ...('type' in scope ? [scope.type] : []),
    ...('id' in scope ? [scope.id] : []),
    '_history',
  ].join('/');
  const used = new URLSearchParams(
    parameters.used.map(([name, value]) => [name, value]),
  ).toString();
  const url = (query: string): string => (query === '' ? path : `${path}?${query}`);
  const links = [{ relation: 'self', url: url(used) }];
  if (page.next !== undefined) {
    const cursor = `_cursor=${page.next}`;
    links.push({ relation: 'next', url: url(used === '' ? cursor : `${used}&${cursor}`) });
  }
  const budget = createResponseBudget();
  const entries = page.versions.map((version) => {
    if (version.content !== undefined && !budget.take(version.content)) throw budget.error();
    return entry(request.base, version);
  });
  return json(200, bundleText(services.store.clock, 'history', links, entries));
}

function entry(
  base: string,
  { type, id, method, versionId, lastUpdated, content }: HistoryVersion,
): BundleEntryText {
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(content === undefined ? {} : { resource: content }),
    request: { method, url: method === 'POST' ? type : `${type}/${id}` },
    response: {
      status: method === 'POST' ? '201 Created' : '200 OK',
      ...(versionId === undefined ? {} : { etag: etag(versionId) }),
      ...(lastUpdated === undefined ? {} : { lastModified: new Date(lastUpdated).toISOString() }),
    },
  };
}
