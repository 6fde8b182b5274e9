import { randomUUID } from 'node:crypto';
import { claimsOf, type Principal } from '../access/principal.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { fhirError } from '../outcome/codes.ts';
import type { Principals } from '../identity/principals.ts';
import type { JobQueue } from '../plugin/sdk.ts';
import type { SqlClient } from '../storage/database.ts';
import type { Destinations } from '../subscriptions/destinations.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { instant } from '../storage/instant.ts';
import { activeJobs, addJob, type BulkJob, type NewBulkJob } from './job-store.ts';

/** Limits of bulk jobs. */
export interface BulkSettings {
  /** Hours for which the files of an export are kept. */
  readonly keepHours: number;
  /** Jobs of one client at the same time. */
  readonly jobsPerClient: number;
  /** Lines of one file at most; also what a killed server has to do again. */
  readonly linesPerFile: number;
  /** Largest input of an import in bytes. */
  readonly maxImportBytes: number;
  /** Longest line of an import in bytes. */
  readonly maxLineBytes: number;
}

/** What bulk jobs work with. */
export interface BulkService {
  readonly store: ClinicalStore;
  readonly blobs: BlobStore;
  readonly queue: Pick<JobQueue, 'enqueue'> & { wake(): void };
  readonly principals: Pick<Principals, 'ofToken' | 'ofReference'>;
  readonly settings: BulkSettings;
  /** Own base URLs, without a trailing slash. */
  readonly baseUrls: readonly string[];
  /** Where inputs of an import may be fetched from. */
  readonly destinations: Destinations;
}

/** Name of the job in `diga_job`. */
export const BULK_JOB = 'bulk/run';

/** Attempts before a bulk job has failed. */
export const BULK_ATTEMPTS = 8;

/** Seconds after which a client that has too many jobs may try again. */
const RETRY_AFTER = 30;

/**
 * Starts a bulk job: it exists once this resolves, and a server that is killed goes on with it.
 * @param id of the job, where something was named after it before
 * @param taken runs in the transaction that adds the job
 * @returns the id of the job
 * @throws FhirError `BULK_TOO_MANY_JOBS`
 */
export async function startBulkJob(
  service: BulkService,
  context: AccessContext,
  job: Pick<NewBulkJob, 'kind' | 'request' | 'plan' | 'position'>,
  id: string = randomUUID(),
  taken?: (tx: SqlClient) => Promise<void>,
): Promise<string> {
  const { store, queue, settings } = service;
  const transactionTime = instant(store.clock);
  await store.database.transaction(async (tx) => {
    const added = await addJob(
      tx,
      {
        ...job,
        id,
        owner: context.principal.reference,
        claims: claimsOf(context.principal),
        requestId: context.requestId,
        network: context.network ?? null,
        transactionTime,
        expires: expiry(service),
      },
      settings.jobsPerClient,
    );
    if (!added) {
      throw tooManyJobs(service);
    }
    await taken?.(tx);
    await queue.enqueue(tx, BULK_JOB, { id }, { key: id, maxAttempts: BULK_ATTEMPTS });
  });
  queue.wake();
  return id;
}

/**
 * Refuses a client that has all the jobs it may have, before it sends what the next one would work on.
 * @throws FhirError `BULK_TOO_MANY_JOBS`
 */
export async function requireFreeJob(service: BulkService, owner: string): Promise<void> {
  const active = await activeJobs(service.store.database, owner);
  if (active >= service.settings.jobsPerClient) throw tooManyJobs(service);
}

function tooManyJobs({ settings }: BulkService): Error {
  const limit = settings.jobsPerClient;
  return fhirError('BULK_TOO_MANY_JOBS', { limit }, { retryAfter: RETRY_AFTER });
}

/** Instant until which what ends now is kept. */
export function expiry({ store, settings }: BulkService): string {
  return new Date(store.clock.now() + settings.keepHours * 3_600_000).toISOString();
}

/** The principal of a job, with the policy that holds for it now. */
export function principalOf(service: BulkService, job: BulkJob): Promise<Principal> {
  const { reference, token } = job.claims;
  return token === undefined
    ? service.principals.ofReference(reference)
    : service.principals.ofToken({ profile: reference, ...token }, job.network ?? undefined);
}

/** How accesses of a job stand on the ledger: under the request that started it. */
export function contextOf(job: BulkJob, principal: Principal): AccessContext {
  return {
    principal,
    requestId: job.requestId,
    ...(job.network === null ? {} : { network: job.network }),
  };
}
