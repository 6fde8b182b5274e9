import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BlobStore } from '../../blobs/blob-store.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { SqlClient } from '../../storage/database.ts';
import { fhirError } from '../../outcome/codes.ts';
import { blobFolder, type ContentPointer, printPointer, readPointer } from './content-pointer.ts';
import type { ContentRange } from './range.ts';
import { CONTENT_EXTENSION, serverExtension } from './server-extensions.ts';

/** Content of at most so many bytes stands in the row of its version, as base64. */
export const INLINE = 65_536;

/** Content that was taken in and waits for its version. */
export interface KeptContent {
  readonly size: number;
  /** Base64, where it is small. */
  readonly data?: string;
  /** Value of {@link CONTENT_EXTENSION}, where it is large. */
  readonly pointer?: string;
  /** Takes it back: the version was not written. Whatever this misses, the sweep removes. */
  discard(): Promise<void>;
}

/** Content of a version. */
export interface OpenedContent {
  /** Bytes. */
  readonly size: number;
  /** @throws FhirError `BLOB_NOT_FOUND`, `BLOB_STORE_UNAVAILABLE` */
  read(range?: ContentRange): Promise<Readable>;
}

/** Takes in and gives out what Binaries hold. */
export interface BinaryContents {
  /** @throws FhirError `BLOB_STORE_UNAVAILABLE`; what `source` throws */
  keep(id: string, source: AsyncIterable<Uint8Array>): Promise<KeptContent>;
  /** The content of a version, which may be empty. */
  open(id: string, resource: JsonResource): OpenedContent;
  /** The pointer that the resource bears, if this server made it for this Binary. */
  pointerOf(id: string, resource: JsonResource): string | undefined;
}

/** Opens the contents on a blob store. @param secret signs pointers */
export function createBinaryContents(
  database: SqlClient,
  blobs: BlobStore,
  secret: Buffer,
): BinaryContents {
  const located = (id: string, resource: JsonResource): ContentPointer | undefined => {
    const text = serverExtension(resource, CONTENT_EXTENSION);
    return text === undefined ? undefined : readPointer(secret, id, text);
  };
  return {
    async keep(id, source) {
      const iterator = source[Symbol.asyncIterator]();
      const head: Uint8Array[] = [];
      let size = 0;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return inline(Buffer.concat(head));
        head.push(next.value);
        size += next.value.length;
        if (size > INLINE) break;
      }
      const key = `${blobFolder(id)}/${randomUUID()}`;
      await database.query({
        name: 'binary-blob',
        text: 'insert into binary_blob (key, id) values ($1, $2)',
        values: [key, id],
      });
      const written = await blobs.write(key, chained(head, iterator));
      return {
        size: written.size,
        pointer: printPointer(secret, { key, ...written }),
        discard: () => blobs.remove(key),
      };
    },
    open(id, resource) {
      const pointer = located(id, resource);
      if (pointer !== undefined) {
        return { size: pointer.size, read: (range) => blobs.read(pointer.key, range) };
      }
      const { data } = resource;
      const bytes = Buffer.from(typeof data === 'string' ? data : '', 'base64');
      return {
        size: bytes.length,
        read: (range) => {
          const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
          return Promise.resolve(Readable.from(part.length === 0 ? [] : [part]));
        },
      };
    },
    pointerOf: (id, resource) =>
      located(id, resource) === undefined
        ? undefined
        : serverExtension(resource, CONTENT_EXTENSION),
  };
}

function inline(bytes: Buffer): KeptContent {
  return {
    size: bytes.length,
    data: bytes.toString('base64'),
    discard: () => Promise.resolve(),
  };
}

async function* chained(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* head;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** Passes an upload on until it is larger than it may be. @throws FhirError `FHIR_BODY_TOO_LARGE` */
export async function* atMost(
  source: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) throw fhirError('FHIR_BODY_TOO_LARGE', { limit });
    yield chunk;
  }
}
