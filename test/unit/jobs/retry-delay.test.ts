import { describe, expect, test } from '@jest/globals';
import { retryDelay } from '../../../src/jobs/retry-delay.ts';

describe('retry delay', () => {
  test('doubles from one second up to an hour', () => {
    expect([1, 2, 3, 12, 13, 1000].map((attempt) => retryDelay(attempt, 0))).toEqual([
      1_000, 2_000, 4_000, 2_048_000, 3_600_000, 3_600_000,
    ]);
  });

  test('chance takes off at most a quarter', () => {
    expect(retryDelay(4, 0.999_999)).toBe(6_000);
  });
});
