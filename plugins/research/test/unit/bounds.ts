/** A linear equation over numbers that are not negative. */
export interface Equation {
  readonly coefficients: readonly number[];
  readonly sum: number;
}

/**
 * The range of one unknown under some equations, all unknowns being 0 or more: what an attacker can work out who knows all
 * published numbers. Solved as two linear programmes by the simplex method with Bland's rule, in two phases.
 */
export function rangeOf(
  unknown: number,
  equations: readonly Equation[],
): readonly [number, number] {
  const count = equations[0]?.coefficients.length ?? 0;
  const objective = (sign: number): number[] =>
    Array.from({ length: count }, (_, index) => (index === unknown ? sign : 0));
  return [minimum(objective(1), equations), -minimum(objective(-1), equations)];
}

const EPSILON = 1e-9;

/** Least value of an objective; minus infinity where there is none. */
function minimum(objective: readonly number[], equations: readonly Equation[]): number {
  const n = objective.length;
  const m = equations.length;
  // Columns: unknowns, one artificial unknown for each equation, right-hand side.
  const rows = equations.map(({ coefficients, sum }, r) => {
    const sign = sum < 0 ? -1 : 1;
    const artificial = Array.from({ length: m }, (_, c) => (c === r ? 1 : 0));
    return [...coefficients.map((value) => value * sign), ...artificial, sum * sign];
  });
  const basis = equations.map((_, r) => n + r);
  const first = run(rows, basis, [...Array<number>(n).fill(0), ...Array<number>(m).fill(1)], n + m);
  if (first > 1e-6) throw new Error('The equations contradict each other');
  return run(rows, basis, [...objective, ...Array<number>(m).fill(0)], n);
}

/** Minimises by pivoting; only the first `usable` columns enter. */
function run(rows: number[][], basis: number[], cost: readonly number[], usable: number): number {
  const last = (rows[0]?.length ?? 1) - 1;
  for (;;) {
    const reduced = (column: number): number =>
      (cost[column] ?? 0) -
      rows.reduce((sum, row, r) => sum + (cost[basis[r] ?? 0] ?? 0) * (row[column] ?? 0), 0);
    const entering = Array.from({ length: usable }, (_, c) => c).find(
      (c) => !basis.includes(c) && reduced(c) < -EPSILON,
    );
    if (entering === undefined)
      return rows.reduce((sum, row, r) => sum + (cost[basis[r] ?? 0] ?? 0) * (row[last] ?? 0), 0);
    let leaving = -1;
    let least = Number.POSITIVE_INFINITY;
    rows.forEach((row, r) => {
      const by = row[entering] ?? 0;
      if (by <= EPSILON) return;
      const ratio = (row[last] ?? 0) / by;
      const tie = Math.abs(ratio - least) <= EPSILON;
      if (ratio < least - EPSILON || (tie && (basis[r] ?? 0) < (basis[leaving] ?? 0))) {
        least = Math.min(ratio, least);
        leaving = r;
      }
    });
    if (leaving < 0) return Number.NEGATIVE_INFINITY;
    pivot(rows, leaving, entering);
    basis[leaving] = entering;
  }
}

function pivot(rows: number[][], at: number, column: number): void {
  const chosen = rows[at] ?? [];
  const by = chosen[column] ?? 1;
  rows[at] = chosen.map((value) => value / by);
  rows.forEach((row, r) => {
    const factor = row[column] ?? 0;
    if (r === at || factor === 0) return;
    rows[r] = row.map((value, c) => value - factor * (rows[at]?.[c] ?? 0));
  });
}
