/** Bounds the processor time that work may take over a while, and lets short bursts pass. */
export interface ProcessorBudget {
  /** Counts what work has taken. @returns milliseconds to rest before more is begun; 0 while there is credit */
  spend(milliseconds: number): number;
}

/** Milliseconds of processor time that may be taken at once after a quiet time. */
const BURST = 1_000;

/**
 * A credit that grows with time and is spent by work.
 * @param processors how many processors the work may keep busy on average, such as 0.3
 * @param now milliseconds of a clock that only goes forward
 */
export function processorBudget(processors: number, now: () => number): ProcessorBudget {
  let credit = BURST;
  let since = now();
  return {
    spend(milliseconds) {
      const time = now();
      credit = Math.min(BURST, credit + (time - since) * processors) - milliseconds;
      since = time;
      return credit >= 0 ? 0 : -credit / processors;
    },
  };
}
