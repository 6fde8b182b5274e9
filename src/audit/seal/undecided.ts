/** Numbers of rows from `from` up to and with `to` that have not been seen. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** Transactions that were writing to the ledger after the gap was seen: only they can still fill it. */
  readonly writers: ReadonlySet<string>;
}

/** How far the ledger has been sealed. */
export interface Sealed {
  /** Highest number that was seen. */
  readonly highest: number;
  /** Numbers below it that may still come. */
  readonly gaps: readonly Gap[];
}

/**
 * What is known after a look at the ledger. Numbers are drawn before rows are stored, so that a row may become visible after
 * others with higher numbers, or, after a rollback, never. A gap that was seen is looked at again until all transactions
 * that could fill it have ended, and once more after that; then it stays empty for good.
 *
 * @param seen numbers that were found in this look, ascending
 * @param before transactions that were writing before the look
 * @param after transactions that were writing after it
 */
export function afterLook(
  known: Sealed,
  seen: readonly number[],
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): Sealed {
  const gaps: Gap[] = [];
  const old = seen.filter((seq) => seq <= known.highest);
  for (const gap of known.gaps) {
    const writers = new Set([...gap.writers].filter((writer) => before.has(writer)));
    if (writers.size === 0) continue;
    const inside = old.filter((seq) => seq >= gap.from && seq <= gap.to);
    gaps.push(...split(gap.from, gap.to, inside, writers));
  }
  const fresh = seen.slice(old.length);
  const highest = fresh.at(-1) ?? known.highest;
  // Also where nobody writes any more: who did may have committed after the look.
  gaps.push(...split(known.highest + 1, highest, fresh, after));
  return { highest, gaps };
}

/** What of a range is left without the numbers inside it. */
function split(
  from: number,
  to: number,
  inside: readonly number[],
  writers: ReadonlySet<string>,
): Gap[] {
  const found: Gap[] = [];
  let next = from;
  for (const seq of inside) {
    if (seq > next) found.push({ from: next, to: seq - 1, writers });
    next = seq + 1;
  }
  if (next <= to) found.push({ from: next, to, writers });
  return found;
}
