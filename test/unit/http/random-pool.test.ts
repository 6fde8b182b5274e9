import { expect, test } from '@jest/globals';
import { createRandomPool } from '../../../src/random-pool.ts';

test('bytes that were given are not given again, across many refills', () => {
  const random = createRandomPool();
  const seen = new Set<string>();
  for (let n = 0; n < 5_000; n += 1) seen.add(random(12).toString('hex'));
  expect(seen.size).toBe(5_000);
});

test('what was given belongs to the caller: later draws do not change it', () => {
  const random = createRandomPool();
  const first = random(16);
  const copy = Buffer.from(first);
  for (let n = 0; n < 1_000; n += 1) random(16);
  expect(first.equals(copy)).toBe(true);
});
