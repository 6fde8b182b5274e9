import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { nameError, summarizeError } from '../plugin/error-summary.ts';
import type { SqlClient } from '../storage/database.ts';
import type { ClaimedJob } from './claim.ts';
import { retryDelay } from './retry-delay.ts';
import type { Attempt } from './run-job.ts';
import { complete, fail, retry } from './settle.ts';

/** What settling works with. */
export interface Settlement {
  readonly database: SqlClient;
  readonly log: Logger;
  readonly random: () => number;
  readonly runner: number;
  /** Aborted when the runner has lost its connection: from then on another may have the job. */
  readonly gone: AbortSignal;
}

/** Pause before settling is tried again, in milliseconds. */
const PAUSE = 500;

/**
 * Writes down how an attempt ended. If the database cannot be reached, it is tried again for as long as the runner has
 * its lock; without the lock the job is another runner's, and runs again.
 */
export async function settleAttempt(
  job: ClaimedJob,
  attempt: Attempt,
  settlement: Settlement,
): Promise<void> {
  const { log, gone } = settlement;
  const subject = { job: job.id, name: job.name, attempt: job.attempt };
  if (attempt.kind === 'failed') {
    const error = summarizeError(attempt.error);
    log.warn({ event: 'job.attempt.failed', ...subject, error }, 'An attempt of a job failed');
  }
  for (;;) {
    try {
      const ours = await settle(job, attempt, settlement);
      if (!ours)
        log.warn({ event: 'job.taken', ...subject }, 'The job was given to another runner');
      return;
    } catch (error) {
      const summary = summarizeError(error);
      log.warn({ event: 'job.settle.failed', ...subject, error: summary }, 'A job is not settled');
      if (gone.aborted) return;
      await pause(PAUSE);
    }
  }
}

async function settle(
  job: ClaimedJob,
  attempt: Attempt,
  { database, log, random, runner }: Settlement,
): Promise<boolean> {
  if (attempt.kind === 'done') return await complete(database, runner, job.id);
  if (attempt.kind === 'interrupted') {
    return await retry(database, runner, job, { delay: 0, counts: false, reason: null });
  }
  const reason = nameError(attempt.error);
  if (job.attempt >= job.maxAttempts) {
    log.error(
      { event: 'job.failed', job: job.id, name: job.name, reason },
      'A job failed for good',
    );
    return await fail(database, runner, job.id, reason);
  }
  const delay = retryDelay(job.attempt, random());
  return await retry(database, runner, job, { delay, counts: true, reason });
}
