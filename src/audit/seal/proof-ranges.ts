/** Leaves from `from` up to and without `to`; their hash is that of RFC 6962 over them as a list. */
export type LeafRange = readonly [from: number, to: number];

/**
 * The ranges whose hashes prove that a leaf is in a tree, from the leaf upwards.
 * @param leaf index below `size`
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1
 */
export function inclusionRanges(leaf: number, size: number): readonly LeafRange[] {
  const found: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (leaf < middle) {
      found.push([middle, to]);
      to = middle;
    } else {
      found.push([from, middle]);
      from = middle;
    }
  }
  return found.reverse();
}

/**
 * The ranges whose hashes prove that a tree begins with all leaves of a smaller one; none where one of them is empty or both
 * are of one size.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2
 */
export function consistencyRanges(smaller: number, size: number): readonly LeafRange[] {
  if (smaller === 0 || smaller === size) return [];
  const found: LeafRange[] = [];
  let [from, to] = [0, size];
  let whole = true;
  while (smaller !== to) {
    const middle = from + largestPowerBelow(to - from);
    if (smaller <= middle) {
      found.push([middle, to]);
      to = middle;
    } else {
      found.push([from, middle]);
      from = middle;
      whole = false;
    }
  }
  // Where the smaller tree is itself a subtree, who verifies knows its hash already.
  if (!whole) found.push([from, to]);
  return found.reverse();
}

/** The largest power of two below a number above 1: where a list of so many leaves is split. */
export function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
