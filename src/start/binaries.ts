import type { BlobStore } from '../blobs/blob-store.ts';
import type { Config } from '../config/config.ts';
import { createBinaryContents } from '../fhir/binary/contents.ts';
import { SWEEP_BLOBS, sweepBlobs } from '../fhir/binary/sweep.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { Database } from '../storage/database.ts';
import { databaseKey } from '../storage/settings.ts';
import { openBlobs } from './blobs.ts';

/** When contents that nothing names any more are removed. */
const SWEEP_TIME = '*/15 * * * *';

/** What the contents of Binaries are kept with. */
export interface BinariesOptions {
  readonly config: Pick<Config, 'blobs' | 'dataDirectory'>;
  readonly store: ClinicalStore;
  readonly database: Database;
  /** Queue of that database. */
  readonly queue: RunnableJobQueue;
}

/** Opens the blob store, and sweeps it from time to time. */
export async function openBinaries({ config, store, database, queue }: BinariesOptions): Promise<{
  readonly blobs: BlobStore;
  readonly binaries: ReturnType<typeof createBinaryContents>;
  readonly close: () => Promise<void>;
}> {
  const { blobs, close } = await openBlobs(config);
  const key = await databaseKey(database, 'binary-content');
  queue.schedule(SWEEP_BLOBS, SWEEP_TIME);
  queue.handle(SWEEP_BLOBS, async (_payload, { signal }) => {
    await sweepBlobs(database, blobs, store.types.code('Binary'), { signal });
  });
  return {
    blobs,
    binaries: createBinaryContents(database, blobs, key),
    close: () => {
      close();
      return Promise.resolve();
    },
  };
}
