import { authError } from '../errors.ts';

/** Runs at most so many pieces of work at a time; the rest waits in a queue of bounded length. */
export type BoundedWork = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Bound for expensive work, so that a flood of sign-ins costs waiting, not memory.
 * @throws FhirError `AUTH_BUSY` from the returned function when the queue is full.
 */
export function boundedWork(concurrency: number, queueLength: number): BoundedWork {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queueLength) throw authError('AUTH_BUSY', {}, { retryAfter: 5 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
