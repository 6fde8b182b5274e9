import { instant } from '../storage/instant.ts';
import type { BulkService } from './bulk-service.ts';
import { expiredJobs, removeJob } from './job-store.ts';

/** Name of the job that clears away. */
export const EXPIRE_JOB = 'bulk/expire';

/** Removes a job with all its files. A blob that cannot be removed now throws, and the job stays to be removed later. */
export async function removeBulkJob(service: BulkService, id: string): Promise<void> {
  const { store, blobs } = service;
  await store.database.transaction(async (tx) => {
    // In the transaction: rows that are gone could not say any more which blobs are left.
    for (const key of await removeJob(tx, id)) await blobs.remove(key);
  });
}

/** Removes the jobs whose files are no longer kept. */
export async function removeExpired(service: BulkService): Promise<void> {
  const { store } = service;
  for (const id of await expiredJobs(store.database, instant(store.clock))) {
    await removeBulkJob(service, id);
  }
}
