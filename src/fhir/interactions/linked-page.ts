import { parseQuery } from '../../search/parse-query.ts';
import { linkedPage } from '../page-links.ts';
import type { FhirCall, FhirResponse } from '../request.ts';

/** HAPI's links to pages stand at the base. */
const LINK = /(?:^|&)(?:_getpages|_cursor)=/;

/**
 * `GET [base]?_getpages=…`: a page of whatever search the link is of. Undefined where the request is no such link, or one
 * of a search at the base itself.
 * @throws FhirError `SEARCH_INVALID_PAGE`
 */
export async function resumePage(call: FhirCall): Promise<FhirResponse | undefined> {
  const { request } = call;
  if (!LINK.test(request.query)) return undefined;
  const page = linkedPage(call, parseQuery(request.query));
  if (page === undefined || page.path === '') return undefined;
  return call.dispatch({ ...request, path: page.path });
}
