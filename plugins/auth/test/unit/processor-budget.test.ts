import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { processorBudget } from '../../accounts/processor-budget.ts';

describe('a budget of processor time', () => {
  test('a burst passes; after it work rests until its share is paid for', () => {
    let now = 0;
    const budget = processorBudget(0.25, () => now);
    expect(budget.spend(600)).toBe(0);
    expect(budget.spend(400)).toBe(0);
    expect(budget.spend(50)).toBe(200);
    now += 200;
    expect(budget.spend(50)).toBe(200);
    now += 1_000_000;
    expect(budget.spend(1_000)).toBe(0);
    expect(budget.spend(1)).toBe(4);
  });

  test('who rests as long as told takes no more than the share and the burst', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 4, noNaN: true }),
        fc.array(fc.nat({ max: 500 }), { maxLength: 100 }),
        (processors, pieces) => {
          let now = 0;
          let taken = 0;
          const budget = processorBudget(processors, () => now);
          for (const piece of pieces) {
            // One processor does the work; it takes as long as it costs.
            now += piece;
            taken += piece;
            now += budget.spend(piece);
            expect(taken).toBeLessThanOrEqual(1_000 + processors * now + 1e-6 * (1 + now));
          }
        },
      ),
    );
  });
});
