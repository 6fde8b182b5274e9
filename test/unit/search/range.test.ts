import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Comparator } from '../../../src/search/expression.ts';
import { compareRange, type Interval, rangeCondition } from '../../../src/search/range.ts';

const COMPARATORS: readonly Comparator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
/** Instants before and after all ends stand for the endless rest of the axis. */
const AXIS = Array.from({ length: 13 }, (_, i) => i - 2);

type Covers = (instant: number) => boolean;

/** The sentences of R4 about ranges, asked of every instant. */
const R4: Readonly<Record<Comparator, (stored: Covers, searched: Covers) => boolean>> = {
  eq: (stored, searched) => AXIS.every((t) => !stored(t) || searched(t)),
  ne: (stored, searched) => !R4.eq(stored, searched),
  gt: (stored, searched) => AXIS.some((t) => stored(t) && above(searched)(t)),
  lt: (stored, searched) => AXIS.some((t) => stored(t) && below(searched)(t)),
  ge: (stored, searched) => R4.gt(stored, searched) || R4.eq(stored, searched),
  le: (stored, searched) => R4.lt(stored, searched) || R4.eq(stored, searched),
  sa: (stored, searched) => AXIS.every((t) => !stored(t) || above(searched)(t)),
  eb: (stored, searched) => AXIS.every((t) => !stored(t) || below(searched)(t)),
  ap: (stored, searched) => AXIS.some((t) => stored(t) && searched(t)),
};

const above =
  (searched: Covers): Covers =>
  (t) =>
    AXIS.every((s) => !searched(s) || t > s);
const below =
  (searched: Covers): Covers =>
  (t) =>
    AXIS.every((s) => !searched(s) || t < s);
const halfOpen =
  ({ low, high }: Interval): Covers =>
  (t) =>
    low <= t && t < high;
const only =
  (value: number): Covers =>
  (t) =>
    t === value;

const end = fc.integer({ min: 0, max: 8 });
const interval = fc
  .tuple(end, end)
  .filter(([a, b]) => a < b)
  .map(([low, high]) => ({ low, high }));
const openInterval = fc.oneof(
  interval,
  interval.map(({ low }) => ({ low, high: Infinity })),
  interval.map(({ high }) => ({ low: -Infinity, high })),
);

describe('FHIR R4 search#prefix', () => {
  describe.each(COMPARATORS)('%s', (comparator) => {
    test('between two intervals is what R4 says of their instants', () => {
      fc.assert(
        fc.property(openInterval, interval, (stored, searched) => {
          expect(compareRange(comparator, stored, searched, 'interval')).toBe(
            R4[comparator](halfOpen(stored), halfOpen(searched)),
          );
        }),
        { numRuns: 500 },
      );
    });

    test('between a point and an interval is what R4 says of their instants', () => {
      fc.assert(
        fc.property(end, interval, (value, searched) => {
          expect(compareRange(comparator, { low: value, high: value }, searched, 'point')).toBe(
            R4[comparator](only(value), halfOpen(searched)),
          );
        }),
        { numRuns: 500 },
      );
    });

    test('between two points is the order of numbers', () => {
      fc.assert(
        fc.property(end, end, (value, searched) => {
          const point = { low: searched, high: searched };
          expect(compareRange(comparator, { low: value, high: value }, point, 'point')).toBe(
            R4[comparator](only(value), only(searched)),
          );
        }),
        { numRuns: 300 },
      );
    });
  });

  test('the printed condition holds the numbers of the search', () => {
    expect(rangeCondition('ge', 5, 7, 'interval')).toEqual([
      [{ column: 'low', op: '>=', value: 5 }],
      [{ column: 'high', op: '>', value: 7 }],
    ]);
    expect(rangeCondition('gt', 5, 7, 'point')).toEqual([[{ column: 'high', op: '>=', value: 7 }]]);
    expect(rangeCondition('gt', 5, 5, 'point')).toEqual([[{ column: 'high', op: '>', value: 5 }]]);
  });
});
