import { isFhirError } from '../outcome/fhir-error.ts';
import { instant } from '../storage/instant.ts';
import { BULK_ATTEMPTS, BULK_JOB, type BulkService, expiry } from './bulk-service.ts';
import { JobGone } from './job-gone.ts';
import { workOnImport } from './import/run-import.ts';
import { type BulkJob, endJob, prolongJob, readJob } from './job-store.ts';
import { workOnExport } from './run-export.ts';

/** How long one run works before it lets others have their turn, in milliseconds. */
const TURN = 240_000;

/**
 * Works on a job.
 * @param turnEnds true once others should get their turn
 * @returns true where the job is complete, false where it is to go on later
 * @throws JobGone
 */
export type BulkWork = (
  service: BulkService,
  job: BulkJob,
  signal: AbortSignal,
  turnEnds: () => boolean,
) => Promise<boolean>;

const WORK: Readonly<Record<BulkJob['kind'], BulkWork>> = {
  export: workOnExport,
  import: workOnImport,
};

/** Goes on with a job where it was left, however it was left. */
export async function runBulkJob(
  service: BulkService,
  id: string,
  { attempt, signal }: { readonly attempt: number; readonly signal: AbortSignal },
): Promise<void> {
  const { store, blobs, queue } = service;
  const job = await readJob(store.database, id);
  if (job?.status !== 'active') return;
  if (job.pendingKey !== null) await blobs.remove(job.pendingKey);
  const end = store.clock.now() + TURN;
  const turnEnds = (): boolean => store.clock.now() > end;
  try {
    if (await WORK[job.kind](service, job, signal, turnEnds)) {
      await endJob(store.database, id, {
        status: 'complete',
        ended: instant(store.clock),
        expires: expiry(service),
      });
    } else {
      await store.database.transaction(async (tx) => {
        // What takes longer than finished work is kept is not taken away while it gets on.
        await prolongJob(tx, id, expiry(service));
        await queue.enqueue(tx, BULK_JOB, { id }, { key: id, maxAttempts: BULK_ATTEMPTS });
      });
    }
  } catch (error) {
    if (error instanceof JobGone) return;
    const refused = isFhirError(error) && error.status < 500 && error.code !== 'FHIR_CONTENTION';
    if (signal.aborted || (!refused && attempt < BULK_ATTEMPTS)) throw error;
    await endJob(store.database, id, {
      status: 'failed',
      ended: instant(store.clock),
      expires: expiry(service),
      failure: isFhirError(error) ? error.code : 'SERVER_ERROR',
    });
    if (!refused) throw error;
  }
}
