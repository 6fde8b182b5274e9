import { Readable } from 'node:stream';
import { type ShownText, shownText } from '../../storage/repository/shown/shown-text.ts';
import type { ShownVersion } from '../../storage/repository/shown/shown-version.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirResponse } from '../request.ts';
import { FHIR_JSON_UTF8, json } from '../respond.ts';
import { parsed } from './binary-call.ts';
import type { BinaryContents } from './contents.ts';
import { CONTENT_EXTENSION, withServerExtensions } from './server-extensions.ts';

/** Bytes of content up to which a resource is built in memory, for whom it cannot be streamed. */
const IN_MEMORY = 16_777_216;

/** The resource as clients see it: without what is the server's own business, and without content that lies elsewhere. */
export function shownResource({ content }: Pick<ShownVersion, 'content'>): ShownText {
  return content.includes('"extension"')
    ? shownText(JSON.stringify(withServerExtensions(parsed(content), {})))
    : content;
}

/**
 * A version as a FHIR resource with its content in `data`. Large content is encoded while it is sent.
 * @param streams false where the answer has to be a text: in a Bundle, for a bot, as XML
 * @throws FhirError `FHIR_RESPONSE_TOO_LARGE`, `BLOB_*`
 */
export async function asResource(
  contents: BinaryContents,
  version: ShownVersion,
  headers: Readonly<Record<string, string>>,
  streams: boolean,
): Promise<FhirResponse> {
  if (!version.content.includes(CONTENT_EXTENSION))
    return json(200, shownResource(version), headers);
  const resource = parsed(version.content);
  const content = contents.open(version.id, resource);
  const text = JSON.stringify(withServerExtensions(resource, {}));
  const before = `${text.slice(0, -1)},"data":"`;
  if (!streams && content.size > IN_MEMORY)
    throw fhirError('FHIR_RESPONSE_TOO_LARGE', { limit: IN_MEMORY });
  const bytes = await content.read();
  if (!streams) {
    const encoded = (await bytes.toArray()) as Buffer[];
    return json(200, `${before}${Buffer.concat(encoded).toString('base64')}"}`, headers);
  }
  const stream = Readable.from(encoding(before, bytes), { objectMode: false });
  return {
    status: 200,
    headers: { 'Content-Type': FHIR_JSON_UTF8, 'Cache-Control': 'no-store, private', ...headers },
    stream,
  };
}

/** Base64 has no seams only at multiples of three bytes, so that up to two wait for the next chunk. */
async function* encoding(before: string, bytes: Readable): AsyncGenerator<string> {
  yield before;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = all.length - (all.length % 3);
    yield all.toString('base64', 0, whole);
    rest = all.subarray(whole);
  }
  yield `${rest.toString('base64')}"}`;
}
