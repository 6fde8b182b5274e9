import { fhirError } from '../../outcome/codes.ts';
import { readVersion } from '../../storage/repository/vread.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json, versionHeaders, versionUrl } from '../respond.ts';

/** Versions are counted from 1; anything else was never one. */
const VERSION = /^[1-9]\d{0,8}$/;

/** `GET [type]/[id]/_history/[vid]`. @see https://hl7.org/fhir/R4/http.html#vread */
export async function vread(
  call: FhirCall,
  type: string,
  id: string,
  vid: string,
): Promise<FhirResponse> {
  if (!VERSION.test(vid)) {
    throw fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id}/_history/${vid.slice(0, 64)}` });
  }
  const version = await readVersion(call.services.store, call.context, type, id, Number(vid));
  return json(200, version.content, {
    ...versionHeaders(version),
    'Content-Location': versionUrl(call.request.base, version),
  });
}
