import { parseQuery, type QueryParameter } from '../../search/parse-query.ts';
import { parseSearch } from '../../search/parse.ts';
import type { SearchRequest } from '../../search/expression.ts';
import { searchResources } from '../../storage/repository/search.ts';
import { bundleText } from '../bundle-text.ts';
import { fhirError } from '../outcome/codes.ts';
import { mediaType } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import { createResponseBudget } from '../response-budget.ts';
import { subset } from '../subset.ts';
import { searchAuditEvents } from '../../audit/search.ts';

/** `GET [type]?…` and `POST [type]/_search`. @see https://hl7.org/fhir/R4/http.html#search */
export async function search(call: FhirCall, type: string, form: boolean): Promise<FhirResponse> {
  const { request, services, context } = call;
  const parsed = parseRequest(call, type, form);
  const find = type === 'AuditEvent' ? searchAuditEvents : searchResources;
  const page = await find(services.store, context, parsed);
  const self = new URLSearchParams(
    parsed.used.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  const url = (query: string): string =>
    `${request.base}/${type}${query === '' ? '' : `?${query}`}`;
  const links = [{ relation: 'self', url: url(self) }];
  if (page.next !== undefined) {
    const cursor = `_cursor=${page.next}`;
    links.push({ relation: 'next', url: url(self === '' ? cursor : `${self}&${cursor}`) });
  }
  const budget = createResponseBudget();
  const entries = page.entries.map(({ id, content }) => {
    const resource = subset(content, parsed);
    if (!budget.take(resource)) throw budget.error();
    return {
      fullUrl: `${request.base}/${type}/${id}`,
      resource,
      search: { mode: 'match' as const },
    };
  });
  return json(200, bundleText(services.store.clock, 'searchset', links, entries, page.total));
}

function parseRequest({ request, services }: FhirCall, type: string, form: boolean): SearchRequest {
  const { settings, definitions } = services;
  const parameters: QueryParameter[] = parseQuery(request.query);
  if (form) {
    const contentType = mediaType(request.headers['content-type']);
    if (request.body !== undefined && request.body.length > 0) {
      if (contentType !== 'application/x-www-form-urlencoded') {
        throw fhirError('FHIR_UNSUPPORTED_MEDIA_TYPE', { type: contentType.slice(0, 100) });
      }
      for (const parameter of parseQuery(request.body.toString('utf8'))) parameters.push(parameter);
    }
  }
  return parseSearch(definitions, type, parameters, {
    defaultCount: settings.defaultCount,
    maxCount: settings.maxCount,
    baseUrls: [request.base, ...settings.baseUrls],
    lenient: /(?:^|[,;\s])handling=lenient/.test(request.headers['prefer'] ?? ''),
  });
}
