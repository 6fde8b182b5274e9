import { performance } from 'node:perf_hooks';

/** Latencies in milliseconds, and the rate over the run. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly count: number;
}

/** A repeatable generator of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs `work` on `lanes` lanes at once until the time or the number of runs is used up; at least five runs a lane. */
export async function measure(
  lanes: number,
  limits: { readonly milliseconds: number; readonly runs: number },
  work: () => Promise<void>,
): Promise<Latency> {
  const taken: number[] = [];
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let i = 0; ; i++) {
      const spent = performance.now() - start;
      if (taken.length >= limits.runs || (i >= 5 && spent > limits.milliseconds)) return;
      const before = performance.now();
      await work();
      taken.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return latencyOf(taken, (performance.now() - start) / 1000);
}

/** The quantiles of some latencies in milliseconds, taken over `seconds`. */
export function latencyOf(taken: readonly number[], seconds: number): Latency {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
  return {
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    perSecond: sorted.length / seconds,
    count: sorted.length,
  };
}
