import { readNamedVersion } from '../../storage/repository/reading/vread.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { resourceAnswer, versionHeaders, versionUrl } from '../respond.ts';

/** `GET [type]/[id]/_history/[vid]`. @see https://hl7.org/fhir/R4/http.html#vread */
export async function vread(
  call: FhirCall,
  type: string,
  id: string,
  vid: string,
): Promise<FhirResponse> {
  const version = await readNamedVersion(call.services.store, call.context, type, id, vid);
  return resourceAnswer(200, version.content, {
    ...versionHeaders(version),
    'Content-Location': versionUrl(call.request.base, version),
  });
}
