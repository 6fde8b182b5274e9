/** Rows that a table must not show, by index. */
export type Suppressed = ReadonlySet<number>;

/**
 * Decides which rows of a table are withheld. A row is a stratum, its numbers are how many people of it are in each of the
 * classes that the measure divides people into (with and without the numerator); the totals of the classes are published.
 *
 * 1. Primary: a row with a number below `k` is withheld as a whole. That includes none: to know that nobody of a stratum,
 *    or everybody, is in a class is knowledge about each of them (homogeneity).
 * 2. Complementary: what is withheld follows from the totals as a sum. So there are at least two such rows, and together
 *    they hold at least `k` people in every class: then each withheld number can be anything from 0 to that sum, which is a
 *    range of `k` or more. The smallest of the other rows are withheld until that is so, in the end all of them.
 *
 * Rows in `free` are published even though nobody is in them: strata of which the catalogue says that their being empty is
 * no secret. They add nothing to any sum.
 * @param rows people by stratum and class; every person is in exactly one row and class
 * @param k smallest number of people that may be published
 * @param close withheld in any case, such as rows that differ too little from what was published before
 */
export function suppressedRows(
  rows: readonly (readonly number[])[],
  k: number,
  free: Suppressed = new Set(),
  close: Suppressed = new Set(),
): Suppressed {
  const empty = (row: readonly number[]): boolean => row.every((count) => count === 0);
  const withheld = new Set<number>();
  rows.forEach((row, index) => {
    if (free.has(index) && empty(row)) return;
    if (close.has(index) || row.some((count) => count < k)) withheld.add(index);
  });
  if (withheld.size === 0) return withheld;
  const bySize = rows
    .map((row, index) => ({ index, size: total(row) }))
    .filter(({ index, size }) => !withheld.has(index) && size > 0)
    .sort((a, b) => a.size - b.size || a.index - b.index);
  for (const { index } of bySize) {
    if (isHidden(rows, withheld, k)) break;
    withheld.add(index);
  }
  return withheld;
}

/** True if no withheld number is confined to a range below `k`. */
function isHidden(rows: readonly (readonly number[])[], withheld: Suppressed, k: number): boolean {
  if (withheld.size < 2) return false;
  const classes = rows[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, column) =>
    [...withheld].reduce((sum, index) => sum + (rows[index]?.[column] ?? 0), 0),
  ).every((sum) => sum >= k);
}

function total(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}
