import { join } from 'node:path';
import type { BlobStore } from '../blobs/blob-store.ts';
import { openFileBlobStore } from '../blobs/file-store.ts';
import { openS3BlobStore } from '../blobs/s3-store.ts';
import type { Config } from '../config/config.ts';

/** The blob store of the configuration: a bucket where one is named, else a folder of the data directory. */
export async function openBlobs(
  config: Pick<Config, 'blobs' | 'dataDirectory'>,
): Promise<{ readonly blobs: BlobStore; close: () => void }> {
  const { s3 } = config.blobs;
  if (s3 === undefined) {
    const blobs = await openFileBlobStore(join(config.dataDirectory, 'blobs'));
    return { blobs, close: () => undefined };
  }
  const blobs = await openS3BlobStore(s3);
  return {
    blobs,
    close: () => {
      blobs.close();
    },
  };
}
