import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import type { BlobStore } from '../blobs/blob-store.ts';
import { BULK_JOB, type BulkService, type BulkSettings } from '../bulk/bulk-service.ts';
import { EXPIRE_JOB, removeExpired } from '../bulk/expire.ts';
import { runBulkJob } from '../bulk/run-job.ts';
import type { Principals } from '../identity/principals.ts';
import { createJobQueue, type RunnableJobQueue } from '../jobs/job-queue.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { Destinations } from '../subscriptions/destinations.ts';

/** Bulk jobs of this node at the same time; they have a queue of their own, so that nothing else waits for them. */
const CONCURRENCY = 2;

/** Files are cleared away once an hour. */
const EXPIRY = '17 * * * *';

/** What bulk jobs are made of. */
export interface BulkOptions {
  readonly store: ClinicalStore;
  readonly blobs: BlobStore;
  readonly principals: Principals;
  readonly settings: BulkSettings;
  readonly baseUrls: readonly string[];
  /** Where inputs of an import may be fetched from. */
  readonly destinations: Destinations;
  /** Connection to the clinical database for the session of the runner. */
  readonly connection: ClientConfig;
  readonly log: Logger;
}

/** The bulk jobs of this node. */
export interface Bulk {
  readonly service: BulkService;
  /** Its queue, to be started and stopped with the others. */
  readonly queue: RunnableJobQueue;
}

/** Puts the bulk jobs together. */
export function createBulk(options: BulkOptions): Bulk {
  const { store, blobs, principals, settings, baseUrls, destinations, connection, log } = options;
  const queue = createJobQueue({
    database: store.database,
    connection,
    clock: store.clock,
    log: log.child({ queue: 'bulk' }),
    random: Math.random,
    concurrency: CONCURRENCY,
  });
  const service: BulkService = {
    store,
    blobs,
    queue,
    principals,
    settings,
    baseUrls,
    destinations,
  };
  queue.handle(BULK_JOB, (payload, job) =>
    runBulkJob(service, (payload as { id: string }).id, job),
  );
  queue.handle(EXPIRE_JOB, () => removeExpired(service));
  queue.schedule(EXPIRE_JOB, EXPIRY);
  return { service, queue };
}
