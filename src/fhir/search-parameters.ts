import type { ParseOptions } from '../search/parse/options.ts';
import { parseQuery, type QueryParameter } from '../search/parse-query.ts';
import { callersIds } from '../storage/repository/judging/caller-ids.ts';
import { fhirError } from '../outcome/codes.ts';
import { mediaType } from './read-body.ts';
import type { FhirCall } from './request.ts';

/**
 * Parameters of a search: those of the query, and for `_search` by POST those of the form after them.
 * @throws FhirError `FHIR_UNSUPPORTED_MEDIA_TYPE` for a body that is no form, and those of {@link parseQuery}
 * @see https://hl7.org/fhir/R4/http.html#search
 */
export function searchParameters({ request }: FhirCall, form: boolean): readonly QueryParameter[] {
  const { query, headers, body } = request;
  const parameters = parseQuery(query);
  if (!form || body === undefined || body.length === 0) return parameters;
  const type = mediaType(headers['content-type']);
  if (type !== 'application/x-www-form-urlencoded')
    throw fhirError('FHIR_UNSUPPORTED_MEDIA_TYPE', { type: type.slice(0, 100) });
  return [...parameters, ...parseQuery(body.toString('utf8'))];
}

/** How the searches of a request are read. */
export function searchOptions({ request, services, principal }: FhirCall): ParseOptions {
  const { defaultCount, maxCount, baseUrls, unknownParameters } = services.settings;
  return {
    codeSets: true,
    defaultCount,
    maxCount,
    baseUrls: [request.base, ...baseUrls],
    lenient: isLenient(request.headers['prefer'], unknownParameters),
    ...callersIds(services.store, principal),
  };
}

/** @see https://hl7.org/fhir/R4/search.html#errors */
function isLenient(
  prefer: string | undefined,
  byDefault: 'reject' | 'ignore' | undefined,
): boolean {
  const handling = /(?:^|[,;\s])handling=(lenient|strict)/.exec(prefer ?? '')?.[1];
  return handling === undefined ? byDefault === 'ignore' : handling === 'lenient';
}
