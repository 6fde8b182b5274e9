import { readVersion } from '../../storage/repository/vread.ts';
import { readResource } from '../../storage/repository/read.ts';
import { acceptsRaw } from '../binary/accepts-raw.ts';
import { asContent } from '../binary/as-content.ts';
import { asResource } from '../binary/as-resource.ts';
import { binaryCall, hidingDeletions, parsed, requireContext } from '../binary/binary-call.ts';
import { negotiate } from '../format.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { etag, versionHeaders, versionUrl } from '../respond.ts';

/** Versions are counted from 1; anything else was never one. */
const VERSION = /^[1-9]\d{0,8}$/;

/**
 * `GET Binary/[id]` and `GET Binary/[id]/_history/[vid]`: the content, or the resource for who asks for FHIR. Each is an
 * access of its own on the ledger; there are no links that work without a token.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_DELETED`, `BINARY_RANGE_NOT_SATISFIABLE`, `BLOB_*`
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export async function readBinary(outer: FhirCall, id: string, vid?: string): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const { request, services, context } = call;
  if (vid !== undefined && !VERSION.test(vid))
    throw fhirError('FHIR_NOT_FOUND', { reference: `Binary/${id}/_history/${vid.slice(0, 64)}` });
  const access =
    vid === undefined
      ? { interaction: 'read', type: 'Binary', id }
      : { interaction: 'vread', type: 'Binary', id, version: Number(vid) };
  const version = await hidingDeletions(call, access, () =>
    vid === undefined
      ? readResource(services.store, context, 'Binary', id)
      : readVersion(services.store, context, 'Binary', id, Number(vid)),
  );
  await requireContext(call, access, parsed(version.content));
  const headers = {
    ...versionHeaders(version),
    'Content-Location': versionUrl(request.base, version),
  };
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((tag) => tag.trim() === etag(version.version)) === true)
    return { status: 304, headers };
  if (request.streams === true && acceptsRaw(request.query, request.headers['accept']))
    return asContent(services.binaries, call, version, headers);
  const xml = negotiate(request.query, request.headers['accept'])?.kind === 'xml';
  return asResource(services.binaries, version, headers, request.streams === true && !xml);
}
