/** People who are in exactly one of two sets. */
export function symmetricDifference(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const member of small) if (large.has(member)) common += 1;
  return a.size + b.size - 2 * common;
}

/**
 * True if what is known about one set tells about few people once the other is known too: they differ, and by fewer than
 * `k` people.
 */
export function isTooClose(a: ReadonlySet<string>, b: ReadonlySet<string>, k: number): boolean {
  if (Math.abs(a.size - b.size) >= k) return false;
  const distance = symmetricDifference(a, b);
  return distance > 0 && distance < k;
}
