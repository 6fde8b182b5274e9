import { describe, expect, test } from '@jest/globals';
import { retryDelay, TransportError } from '../../index.ts';

describe('retry schedule', () => {
  test('5 s, 30 s, 2 min, 10 min, 1 h, then hourly, and over after 24 hours', () => {
    const delays: number[] = [];
    for (let failed = 1; ; failed += 1) {
      const delay = retryDelay(failed);
      if (delay === undefined) break;
      delays.push(delay);
    }
    expect(delays.slice(0, 7)).toEqual([5e3, 30e3, 120e3, 600e3, 3600e3, 3600e3, 3600e3]);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeLessThanOrEqual(86_400_000);
    expect(total).toBeGreaterThan(86_400_000 - 3_600_000);
  });

  test('refuses what is no number of attempts', () => {
    expect(() => retryDelay(0)).toThrow(TypeError);
    expect(() => retryDelay(1.5)).toThrow(TypeError);
  });

  test.each([
    [500, true],
    [503, true],
    [408, true],
    [425, true],
    [429, true],
    [400, false],
    [404, false],
    [302, false],
    [204, false],
  ])('HTTP status %d is retryable: %s', (status, retryable) => {
    expect(new TransportError('STATUS', 'x', { status }).retryable).toBe(retryable);
  });
});
