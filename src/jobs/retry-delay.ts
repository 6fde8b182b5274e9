/** Longest pause between two attempts, in milliseconds: one hour. */
const LONGEST = 3_600_000;

/**
 * Pause before the next attempt, in milliseconds: 1 s after the first, then doubling, an hour at most. A random quarter
 * is taken off, so that jobs that failed together do not come back together.
 * @param attempt number of the attempt that failed, from 1.
 * @param random at least 0, less than 1.
 */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(1000 * 2 ** Math.min(attempt - 1, 30), LONGEST);
  return Math.round(full * (1 - random / 4));
}
