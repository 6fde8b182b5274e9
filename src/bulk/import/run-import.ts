import { fhirError } from '../../outcome/codes.ts';
import type { BulkService } from '../bulk-service.ts';
import { principalOf } from '../bulk-service.ts';
import type { BulkJob } from '../job-store.ts';
import { removeFile } from '../job-store.ts';
import { advance } from './advance.ts';
import { type ImportPlan, type ImportPosition, inputFile } from './import-plan.ts';
import { type ImportRun, readInput } from './read-input.ts';
import { retryWaiting } from './retry-waiting.ts';
import { stageInput } from './stage-input.ts';
import { writeOutcome } from './write-outcome.ts';

/**
 * Goes on with an import where its last chunk ended. A chunk, its rows on the ledger and the position are one transaction:
 * what a process that was killed had not committed is done again, and nothing twice.
 * @param turnEnds true once others should get their turn
 * @returns true where the import is complete
 * @throws JobGone
 */
export async function workOnImport(
  service: BulkService,
  job: BulkJob,
  signal: AbortSignal,
  turnEnds: () => boolean,
): Promise<boolean> {
  const { inputs } = job.plan as ImportPlan;
  const run: ImportRun = {
    service,
    job,
    signal,
    turnEnds,
    // Asked again for each chunk: who lost the right meanwhile imports no more.
    principal: async () => {
      const principal = await principalOf(service, job);
      if (principal.policy.operation('import') === undefined)
        throw fhirError('ACCESS_OPERATION_DENIED', { operation: 'import' });
      return principal;
    },
  };
  let at = job.position as ImportPosition;
  while (at.phase === 'read') {
    const input = inputs[at.input];
    if (input === undefined) {
      at = await enter('retry');
      break;
    }
    const staged = await stageInput(service, job, at, input, signal);
    if (!('key' in staged)) {
      at = staged;
      continue;
    }
    const read = at.input;
    at = await readInput(run, at, input, staged);
    if (at.input === read) return false;
    await removeInput(service, job.id, read);
    if (turnEnds()) return false;
  }
  if (at.phase === 'retry') {
    at = await retryWaiting(run, at);
    if (at.waiting > 0) return false;
    at = await enter('report');
  }
  while (at.input < inputs.length) at = await writeOutcome(service, job, at);
  return true;

  function enter(phase: ImportPosition['phase']): Promise<ImportPosition> {
    return advance(service.store.database, job.id, at, {
      ...at,
      phase,
      input: 0,
      offset: 0,
      line: 0,
    });
  }
}

/** Removes an input that has been read. What a process that is killed here leaves is removed with the job. */
async function removeInput(
  { store, blobs }: BulkService,
  job: string,
  input: number,
): Promise<void> {
  await store.database.transaction(async (tx) => {
    const key = await removeFile(tx, job, inputFile(input));
    if (key !== undefined) await blobs.remove(key);
  });
}
