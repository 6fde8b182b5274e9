const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST_DELAYS: readonly number[] = [5_000, 30_000, 2 * MINUTE, 10 * MINUTE, HOUR];
const END = 24 * HOUR;

/**
 * Waiting time before the next attempt after a retryable failure: 5 s, 30 s, 2 min, 10 min, 1 h, then hourly until 24
 * hours after the first attempt.
 * @param failedAttempts number of attempts that failed so far, from 1
 * @returns milliseconds, or undefined when a person must take over
 */
export function retryDelay(failedAttempts: number): number | undefined {
  if (!Number.isSafeInteger(failedAttempts) || failedAttempts < 1) {
    throw new TypeError('failedAttempts must be a positive integer');
  }
  const early = FIRST_DELAYS[failedAttempts - 1];
  if (early !== undefined) return early;
  const earlyTotal = FIRST_DELAYS.reduce((sum, delay) => sum + delay, 0);
  const elapsed = earlyTotal + (failedAttempts - FIRST_DELAYS.length) * HOUR;
  return elapsed <= END ? HOUR : undefined;
}
