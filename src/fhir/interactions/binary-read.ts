import { readNamedVersion } from '../../storage/repository/reading/vread.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { acceptsRaw } from '../binary/accepts-raw.ts';
import { asContent } from '../binary/as-content.ts';
import { asResource } from '../binary/as-resource.ts';
import { binaryCall, hidingDeletions, parsed, requireContext } from '../binary/binary-call.ts';
import { negotiate } from '../format.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { etag, versionHeaders, versionUrl } from '../respond.ts';

/**
 * `GET Binary/[id]` and `GET Binary/[id]/_history/[vid]`: the content, or the resource for who asks for FHIR. Each is an
 * access of its own on the ledger; there are no links that work without a token.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_DELETED`, `BINARY_RANGE_NOT_SATISFIABLE`, `BLOB_*`
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export async function readBinary(outer: FhirCall, id: string, vid?: string): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const { request, services, context } = call;
  const access =
    vid === undefined
      ? { interaction: 'read', type: 'Binary', id }
      : { interaction: 'vread', type: 'Binary', id };
  const version = await hidingDeletions(
    call,
    access,
    () =>
      vid === undefined
        ? readResource(services.store, context, 'Binary', id)
        : readNamedVersion(services.store, context, 'Binary', id, vid),
    vid,
  );
  await requireContext(call, access, parsed(version.content), { version: vid });
  const headers = {
    ...versionHeaders(version),
    'Content-Location': versionUrl(request.base, version),
  };
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((tag) => tag.trim() === etag(version.versionId)) === true)
    return { status: 304, headers };
  if (request.streams === true && acceptsRaw(request.query, request.headers['accept']))
    return asContent(services.binaries, call, version, headers);
  const xml = negotiate(request.query, request.headers['accept'])?.kind === 'xml';
  return asResource(services.binaries, version, headers, request.streams === true && !xml);
}
