import type { ShownVersion } from '../../storage/repository/shown/shown-version.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { parsed } from './binary-call.ts';
import type { BinaryContents } from './contents.ts';
import { isMediaType, OCTET_STREAM } from './media-type.ts';
import { readRange } from './range.ts';

/**
 * The content itself. It is never interpreted here, and a browser is told to do so neither: it is saved, not shown, and
 * were it shown, nothing in it would run.
 * @throws FhirError `BINARY_RANGE_NOT_SATISFIABLE`, `BLOB_*`
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export async function asContent(
  contents: BinaryContents,
  call: FhirCall,
  version: ShownVersion,
  headers: Readonly<Record<string, string>>,
): Promise<FhirResponse> {
  const resource = parsed(version.content);
  const content = contents.open(version.id, resource);
  const { contentType, securityContext } = resource as {
    readonly contentType?: string;
    readonly securityContext?: { readonly reference?: string };
  };
  const context = securityContext?.reference;
  const common = {
    ...headers,
    'Content-Type': isMediaType(contentType ?? '') ? (contentType as string) : OCTET_STREAM,
    'Content-Disposition': 'attachment',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cache-Control': 'no-store, private',
    'Accept-Ranges': 'bytes',
    ...(context !== undefined && /^[\x21-\x7e]{1,500}$/.test(context)
      ? { 'X-Security-Context': context }
      : {}),
  };
  // A weak ETag cannot vouch for equal bytes, so a range under a condition is answered with everything.
  const asked =
    call.request.headers['if-range'] === undefined ? call.request.headers['range'] : undefined;
  const range = readRange(asked, content.size);
  const stream = await content.read(range);
  if (range === undefined) {
    return { status: 200, headers: { ...common, 'Content-Length': String(content.size) }, stream };
  }
  return {
    status: 206,
    headers: {
      ...common,
      'Content-Length': String(range.end - range.start + 1),
      'Content-Range': `bytes ${String(range.start)}-${String(range.end)}/${String(content.size)}`,
    },
    stream,
  };
}
