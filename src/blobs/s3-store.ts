import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { checkedBlobKey } from './blob-key.ts';
import type { BlobStore } from './blob-store.ts';
import { digest } from './digest.ts';

/** Where the bucket is and how it is entered. */
export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  /** URL of a store that is not AWS's. */
  readonly endpoint?: string;
  /** Bucket in the path in place of the host name. */
  readonly pathStyle: boolean;
  /** Put before every key, with a slash at its end. */
  readonly prefix: string;
  /** Without them, those of the machine's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Size of a part of a multipart upload, and how many are under way: what an upload takes of memory. */
const PART = 5 * 1024 * 1024;
const PARALLEL = 2;

/** Milliseconds to connect, and of silence on a connection. */
const CONNECT = 3_000;
const SILENCE = 30_000;

/**
 * Blobs in a bucket that speaks S3. A multipart upload becomes visible when it is complete; one that fails is aborted.
 * Give the bucket a life-cycle rule for uploads that a crash left incomplete. The SDK is loaded only here.
 */
export async function openS3BlobStore(options: S3Options): Promise<BlobStore & { close(): void }> {
  const [s3, { Upload }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/lib-storage'),
  ]);
  const client: S3Client = new s3.S3Client({
    region: options.region,
    forcePathStyle: options.pathStyle,
    maxAttempts: 2,
    // Not every store knows the newer checksums; content has a hash of our own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT, socketTimeout: SILENCE },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  const at = (key: string) => ({
    Bucket: options.bucket,
    Key: options.prefix + checkedBlobKey(key),
  });
  return {
    async write(key, source) {
      const content = digest(source);
      // What the sender does wrong is told apart from what the store does wrong.
      let sent: { readonly error: unknown } | undefined;
      async function* watched(): AsyncGenerator<Uint8Array> {
        try {
          yield* content.chunks;
        } catch (error) {
          sent = { error };
          throw error;
        }
      }
      try {
        await new Upload({
          client,
          params: { ...at(key), Body: Readable.from(watched(), { objectMode: false }) },
          partSize: PART,
          queueSize: PARALLEL,
          leavePartsOnError: false,
        }).done();
      } catch (error) {
        if (sent !== undefined) throw sent.error;
        throw unavailable(error);
      }
      return content.result();
    },
    async read(key, range) {
      try {
        const { Body } = await client.send(
          new s3.GetObjectCommand({
            ...at(key),
            ...(range === undefined
              ? {}
              : { Range: `bytes=${String(range.start)}-${String(range.end ?? '')}` }),
          }),
        );
        if (!(Body instanceof Readable)) throw new TypeError('The store sent no stream');
        return Body;
      } catch (error) {
        if ((error as { readonly name?: unknown }).name === 'NoSuchKey')
          throw fhirError('BLOB_NOT_FOUND', {}, { cause: error });
        throw unavailable(error);
      }
    },
    async remove(key) {
      try {
        await client.send(new s3.DeleteObjectCommand(at(key)));
      } catch (error) {
        throw unavailable(error);
      }
    },
    // An upload that was broken off is never visible; the life-cycle rule of the bucket removes its parts.
    tidy: () => Promise.resolve(),
    async check() {
      try {
        await client.send(new s3.HeadBucketCommand({ Bucket: options.bucket }));
      } catch (error) {
        throw unavailable(error);
      }
    },
    close() {
      client.destroy();
    },
  };
}

function unavailable(error: unknown): unknown {
  if (isFhirError(error)) return error;
  return fhirError('BLOB_STORE_UNAVAILABLE', {}, { cause: error, retryAfter: 5 });
}
