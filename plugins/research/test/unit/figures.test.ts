import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bucketFigures } from '../../protection/buckets.ts';
import { roundedCount } from '../../protection/rounded.ts';
import { isTooClose, symmetricDifference } from '../../protection/set-distance.ts';

const people = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 40 });

describe('figures of an aggregate', () => {
  test('counts are rounded to the base', () => {
    expect([10, 12, 13, 17, 18].map((count) => roundedCount(count, 5))).toEqual([
      10, 10, 15, 15, 20,
    ]);
    expect(roundedCount(17, 1)).toBe(17);
  });

  test('[R-034] an extreme value shows no further than the limit of its bucket', () => {
    const buckets = { low: 0, high: 20, width: 5 };
    const usual = [1, 6, 11, 16, 19];
    expect(bucketFigures([...usual, 20], buckets)).toEqual(
      bucketFigures([...usual, 9000], buckets),
    );
    expect(bucketFigures([...usual, 0], buckets)).toEqual(
      bucketFigures([...usual, -9000], buckets),
    );
  });

  test('mean and median are made of the middles of buckets', () => {
    expect(bucketFigures([0, 1, 9, 12], { low: 0, high: 20, width: 5 })).toEqual({
      mean: 6.5,
      median: 2.5,
    });
  });
});

describe('the distance of two sets of people', () => {
  test('is the number of those in one of them only', () => {
    fc.assert(
      fc.property(people, people, (a, b) => {
        const expected =
          a.filter((x) => !b.includes(x)).length + b.filter((x) => !a.includes(x)).length;
        expect(symmetricDifference(new Set(a), new Set(b))).toBe(expected);
      }),
    );
  });

  test('[R-034] is too small above nothing and below k', () => {
    const set = (from: number, to: number): ReadonlySet<string> =>
      new Set(Array.from({ length: to - from }, (_, index) => String(from + index)));
    expect(isTooClose(set(0, 50), set(0, 50), 10)).toBe(false);
    expect(isTooClose(set(0, 50), set(0, 51), 10)).toBe(true);
    expect(isTooClose(set(0, 50), set(5, 54), 10)).toBe(true);
    expect(isTooClose(set(0, 50), set(5, 55), 10)).toBe(false);
    expect(isTooClose(set(0, 50), set(60, 110), 10)).toBe(false);
  });
});
