import type { JsonResource } from '../../storage/content.ts';
import { fhirError } from '../../outcome/codes.ts';
import { mediaType, readResourceBody } from '../read-body.ts';
import type { FhirCall } from '../request.ts';
import { INLINE } from './contents.ts';
import { isFhirType, isMediaType, OCTET_STREAM } from './media-type.ts';
import { localReference } from './security-context.ts';

/** What a client sent: the resource without content, and the content where it is to be kept apart. */
export interface SentBinary {
  readonly resource: JsonResource;
  readonly content?: AsyncIterable<Uint8Array>;
}

/** Base64 of more than {@link INLINE} bytes has at least so many characters. */
const LONG = Math.ceil((INLINE / 3) * 4);

/**
 * Reads a Binary from the request: a FHIR resource, or content of any other type with `X-Security-Context` beside it.
 * @throws FhirError `BINARY_INVALID`, and those of a body that cannot be read
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export function readUpload(call: FhirCall): SentBinary {
  const { headers, upload, body, json } = call.request;
  const contentType = headers['content-type'] ?? OCTET_STREAM;
  if (json !== undefined || isFhirType(mediaType(contentType))) return readResource(call);
  const content = upload ?? (body === undefined ? undefined : once(body));
  if (content === undefined) throw fhirError('FHIR_BODY_MISSING');
  if (!isMediaType(contentType))
    throw fhirError('BINARY_INVALID', { reason: 'the Content-Type is not a media type' });
  const context = headers['x-security-context'];
  const reference = context === undefined ? undefined : localReference(call, context);
  if (context !== undefined && reference === undefined) {
    throw fhirError('BINARY_INVALID', {
      reason: 'X-Security-Context is no reference to a resource of this server',
    });
  }
  return {
    resource: {
      resourceType: 'Binary',
      contentType,
      ...(reference === undefined ? {} : { securityContext: { reference } }),
    },
    content,
  };
}

function readResource(call: FhirCall): SentBinary {
  const { exact } = readResourceBody(call.request, 'Binary');
  const { data, ...resource } = exact as JsonResource & { readonly data?: unknown };
  if (typeof data !== 'string' || data.length < LONG) return { resource: exact };
  const bytes = Buffer.from(data, 'base64');
  // What Node skips while it decodes is no base64; white space is allowed.
  if (bytes.length !== base64Length(data))
    throw fhirError('BINARY_INVALID', { reason: 'data is not base64' });
  return { resource: resource, content: once(bytes) };
}

function base64Length(text: string): number {
  const compact = text.replace(/\s+/g, '');
  const padding = compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0;
  return (compact.length / 4) * 3 - padding;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}
