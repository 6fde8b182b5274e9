import type { Throttle, ThrottleRule } from '../accounts/throttle.ts';

/** Rules for one attempt, each with what it counts. */
export type Limits = readonly (readonly [ThrottleRule, string])[];

/**
 * Counts an attempt before it is made. One that a limit refuses counts for none, so that impatience does not turn seconds
 * into a quarter of an hour.
 */
export async function countAttempt(
  throttle: Throttle,
  limits: Limits,
): Promise<
  | { readonly allowed: true; readonly lastBeforeBlock: boolean }
  | { readonly allowed: false; readonly retryAfter: number }
> {
  const left = await throttle.longestBlock(limits);
  if (left > 0) return { allowed: false, retryAfter: left };
  let lastBeforeBlock = false;
  for (const [rule, key] of limits) {
    const answer = await throttle.attempt(rule, key);
    if (!answer.allowed) return answer;
    lastBeforeBlock ||= answer.lastBeforeBlock;
  }
  return { allowed: true, lastBeforeBlock };
}
