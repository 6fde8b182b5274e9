import { retryDelay } from '../../../lib/gkv-transport/index.ts';

/**
 * Milliseconds until the next attempt, or undefined when a person must take over.
 * @param failed attempts that failed so far, from 1
 * @param pauses the operator's; without them those of the interface
 */
export function pauseAfter(
  failed: number,
  pauses: readonly number[] | undefined,
): number | undefined {
  return pauses === undefined ? retryDelay(failed) : pauses[failed - 1];
}
