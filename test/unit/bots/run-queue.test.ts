import { describe, expect, test } from '@jest/globals';
import { FULL, RunQueue } from '../../../src/bots/run-queue.ts';

const turn = async () => await new Promise((resolve) => setImmediate(resolve));

describe('run queue', () => {
  test('runs wait in order and a failing one gives its place on', async () => {
    const queue = new RunQueue(1, 2);
    const order: string[] = [];
    const work =
      (name: string, fail = false) =>
      async () => {
        order.push(`${name} begins`);
        await turn();
        order.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([
      queue.run(work('a', true)),
      queue.run(work('b')),
      queue.run(work('c')),
      queue.run(work('d')),
    ]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
    ).toEqual(['failed', 'b', 'c', FULL]);
    expect(await queue.run(work('e'))).toBe('e');
  });
});
