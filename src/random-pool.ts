import { randomFillSync } from 'node:crypto';

/** Bytes that are drawn at a time: asking the generator costs more than the bytes. */
const POOL = 4_096;

/**
 * Cryptographically random bytes, drawn in advance. What was given is never given again, and is wiped from the pool.
 * @returns gives `count` fresh bytes, at most {@link POOL}
 */
export function createRandomPool(): (count: number) => Buffer {
  const pool = Buffer.allocUnsafeSlow(POOL);
  let next = POOL;
  return (count) => {
    if (next + count > POOL) {
      randomFillSync(pool);
      next = 0;
    }
    const given = Buffer.from(pool.subarray(next, next + count));
    pool.fill(0, next, next + count);
    next += count;
    return given;
  };
}
