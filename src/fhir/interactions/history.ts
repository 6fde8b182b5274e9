import { parseQuery } from '../../search/parse-query.ts';
import { readHistory } from '../../storage/repository/history.ts';
import { fhirError } from '../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { bundleText } from '../bundle-text.ts';
import { etag, json } from '../respond.ts';
import { createResponseBudget } from '../response-budget.ts';

/** `GET [type]/[id]/_history`, newest first, in pages. @see https://hl7.org/fhir/R4/http.html#history */
export async function history(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const { request, services, context } = call;
  const parameters = new Map(parseQuery(request.query));
  const count = Math.min(
    number(parameters.get('_count'), '_count') ?? services.settings.defaultCount,
    services.settings.maxCount,
  );
  const before = number(parameters.get('_before'), '_before');
  const page = await readHistory(services.store, context, type, id, {
    count: Math.max(1, count),
    ...(before === undefined ? {} : { before }),
  });
  const url = `${request.base}/${type}/${id}/_history`;
  const links = [{ relation: 'self', url: request.query === '' ? url : `${url}?${request.query}` }];
  if (page.next !== undefined) {
    links.push({
      relation: 'next',
      url: `${url}?_count=${String(count)}&_before=${String(page.next)}`,
    });
  }
  const budget = createResponseBudget();
  const entries = page.versions.map((version) => {
    if (version.content !== undefined && !budget.take(version.content)) throw budget.error();
    const method = version.deleted ? 'DELETE' : version.version === 1 ? 'POST' : 'PUT';
    const status = version.deleted ? '200 OK' : version.version === 1 ? '201 Created' : '200 OK';
    return {
      fullUrl: `${request.base}/${type}/${id}`,
      ...(version.content === undefined ? {} : { resource: version.content }),
      request: { method, url: method === 'POST' ? type : `${type}/${id}` },
      response: {
        status,
        etag: etag(version.version),
        lastModified: new Date(version.lastUpdated).toISOString(),
      },
    };
  });
  return json(200, bundleText(services.store.clock, 'history', links, entries));
}

function number(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw fhirError('SEARCH_INVALID_CONTROL', { name, reason: 'it is not a number' });
  return Number(text);
}
