import type { JobQueue } from '../plugin/sdk.ts';
import type { ClaimedJob } from './claim.ts';

/** Function that does the work of a job. */
export type JobHandler = Parameters<JobQueue['handle']>[1];

/** How an attempt ended. */
export type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** This node stops, or lost its connection: the attempt does not count. */
  | { readonly kind: 'interrupted' };

/** How long a handler may take to react to its signal, in milliseconds. */
const REACTION = 2_000;

/**
 * Runs one attempt. After `limit` milliseconds, or when `stop` is aborted, the signal of the handler is aborted; a
 * handler that does not react to that is left behind, and the attempt has failed.
 */
export async function runJob(
  job: ClaimedJob,
  handler: JobHandler,
  { stop, limit }: { stop: AbortSignal; limit: number },
): Promise<Attempt> {
  const tooLong = new AbortController();
  const signal = AbortSignal.any([stop, tooLong.signal]);
  const timer = setTimeout(() => {
    tooLong.abort(new DOMException('The job ran too long', 'TimeoutError'));
  }, limit);
  const work = attempt(job, handler, signal);
  try {
    const ended = await Promise.race([work, ignored(signal)]);
    return ended.kind === 'failed' && stop.aborted ? { kind: 'interrupted' } : ended;
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(
  job: ClaimedJob,
  handler: JobHandler,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    await handler(job.payload, { attempt: job.attempt, signal });
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Resolves when the signal was aborted and the time to react has gone by. */
async function ignored(signal: AbortSignal): Promise<Attempt> {
  return await new Promise((resolve) => {
    const giveUp = (): void => {
      setTimeout(() => {
        resolve({ kind: 'failed', error: signal.reason });
      }, REACTION).unref();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
