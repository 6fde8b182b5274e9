import { parseQuery } from '../../search/parse-query.ts';
import { deleteMatching } from '../../storage/repository/writing/conditional-write.ts';
import type { CascadeOptions } from '../../storage/repository/references/delete-conflicts.ts';
import { deleteResource } from '../../storage/repository/writing/write.ts';
import { ifMatch } from '../if-match.ts';
import type { FhirCall, FhirRequest, FhirResponse } from '../request.ts';
import { etag, outcome, preferredReturn } from '../respond.ts';
import { readCriteria } from './criteria.ts';
import { deleteSuccess } from './success.ts';

/** `DELETE [type]/[id]`; deleting what is not there succeeds. @see https://hl7.org/fhir/R4/http.html#delete */
export async function remove(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const { request, services, context } = call;
  const options = { ...ifMatch(request), ...cascadeOption(request) };
  const result = await deleteResource(services.store, context, type, id, options);
  const versionId = result?.versionId;
  const headers = versionId === undefined ? {} : { ETag: etag(versionId) };
  return deleted(request, result === undefined ? 0 : 1, `${type}/${id}`, headers);
}

/** `DELETE [type]?…`: deletes the match, or all of them. @see https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
export async function conditionalDelete(call: FhirCall, type: string): Promise<FhirResponse> {
  const { request, services, context } = call;
  const criteria = readCriteria(call, type, request.query, 'delete');
  const several = deletesSeveral(call, request.query);
  const options = { ...ifMatch(request), ...cascadeOption(request), several };
  const results = await deleteMatching(services.store, context, criteria, options);
  return deleted(request, results.length, `${type}?${request.query.slice(0, 200)}`);
}

/** Whether a conditional delete may delete several: the client says so by `_multiple`, or the deployment. */
export function deletesSeveral({ services }: FhirCall, query: string): boolean {
  const asked = parseQuery(query).find(([name]) => name === '_multiple')?.[1];
  if (asked === undefined) return services.settings.conditionalDelete === 'multiple';
  return asked === 'true';
}

/** `_cascade=delete` or HAPI's header of that meaning. */
export function cascadeOption({
  query,
  headers,
}: Pick<FhirRequest, 'query' | 'headers'>): CascadeOptions {
  const cascade =
    /(?:^|&)_cascade=delete(?:&|$)/.test(query) ||
    /^\s*delete\s*(?:;|$)/i.test(headers['x-cascade'] ?? '');
  return { cascade };
}

function deleted(
  request: FhirRequest,
  count: number,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): FhirResponse {
  const success = deleteSuccess(count, target);
  if (preferredReturn(request) === 'minimal') return { status: 204, headers, success };
  return { ...outcome(200, success, headers), success };
}
