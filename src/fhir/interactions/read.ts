import { readResource } from '../../storage/repository/reading/read.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { resourceAnswer, versionHeaders, versionUrl } from '../respond.ts';
import { isKnown } from './conditional-read.ts';

/**
 * `GET [type]/[id]`: the stored text goes out as it is, and not at all where the client has it.
 * @see https://hl7.org/fhir/R4/http.html#read
 */
export async function read(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const version = await readResource(call.services.store, call.context, type, id);
  const headers = {
    ...versionHeaders(version),
    'Content-Location': versionUrl(call.request.base, version),
  };
  if (isKnown(call.request, version)) return { status: 304, headers };
  return resourceAnswer(200, version.content, headers);
}
