import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { suppressedRows } from '../../protection/suppress.ts';
import { type Equation, rangeOf } from './bounds.ts';

const K = 10;
const cell = fc.oneof(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 300 }));
const tables = fc
  .integer({ min: 1, max: 3 })
  .chain((classes) =>
    fc.array(fc.array(cell, { minLength: classes, maxLength: classes }), {
      minLength: 1,
      maxLength: 9,
    }),
  )
  // The totals themselves are published only where they are large enough.
  .filter((rows) =>
    (rows[0] ?? []).every(
      (_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) >= K,
    ),
  );

/** Everything that is published, as equations over the numbers of the table in the order of rows. */
function published(
  rows: readonly (readonly number[])[],
  withheld: ReadonlySet<number>,
): Equation[] {
  const classes = rows[0]?.length ?? 0;
  const about = (wanted: (row: number, column: number) => boolean): number[] =>
    rows.flatMap((row, r) => row.map((_, c) => (wanted(r, c) ? 1 : 0)));
  const totals = Array.from({ length: classes }, (_, column) => ({
    coefficients: about((_r, c) => c === column),
    sum: rows.reduce((sum, row) => sum + (row[column] ?? 0), 0),
  }));
  const shown = rows.flatMap((row, index) =>
    withheld.has(index)
      ? []
      : row.map((count, column) => ({
          coefficients: about((r, c) => r === index && c === column),
          sum: count,
        })),
  );
  return [...totals, ...shown];
}

describe('suppression in a table', () => {
  test('[R-034] no number that is shown stands for fewer than k people', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const withheld = suppressedRows(rows, K);
        rows.forEach((row, index) => {
          if (!withheld.has(index)) expect(Math.min(...row)).toBeGreaterThanOrEqual(K);
        });
      }),
    );
  });

  test('[R-034] no withheld number can be worked out from totals and other rows to a range below k', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const withheld = suppressedRows(rows, K);
        // A single row is the total itself.
        if (rows.length === 1) return;
        const equations = published(rows, withheld);
        const classes = rows[0]?.length ?? 0;
        for (const row of withheld) {
          for (let column = 0; column < classes; column += 1) {
            const [low, high] = rangeOf(row * classes + column, equations);
            expect(high - low).toBeGreaterThanOrEqual(K - 1e-6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the solver of this test finds what follows: without complementary suppression it would be told', () => {
    const rows = [[100], [50], [3]];
    const [low, high] = rangeOf(2, published(rows, new Set([2])));
    expect([low, high]).toEqual([3, 3]);
    expect([...suppressedRows(rows, K)].sort()).toEqual([1, 2]);
  });

  test('a table without small numbers is shown whole', () => {
    expect(suppressedRows([[12], [10], [40]], K).size).toBe(0);
  });

  test('a stratum in which everybody or nobody is in the numerator is withheld', () => {
    const rows = [
      [40, 40],
      [50, 0],
      [0, 60],
      [70, 30],
    ];
    expect([...suppressedRows(rows, K)].sort()).toEqual([1, 2]);
  });

  test('an empty stratum that is no secret costs nothing', () => {
    expect([...suppressedRows([[40], [0], [50]], K, new Set([1]))]).toEqual([]);
    expect([...suppressedRows([[40], [2], [50], [0]], K, new Set([1, 3]))].sort()).toEqual([0, 1]);
  });

  test('rows that came too close to an earlier release are withheld with company', () => {
    expect([...suppressedRows([[40], [60], [50]], K, new Set(), new Set([1]))].sort()).toEqual([
      0, 1,
    ]);
  });
});
