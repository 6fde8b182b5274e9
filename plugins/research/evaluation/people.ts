/** People as tokens. */
export type People = ReadonlySet<string>;

/** Those who are in both. */
export function both(a: People, b: People): People {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  return new Set([...small].filter((one) => large.has(one)));
}

/** Those of the first who are not in the second. */
export function without(a: People, b: People): People {
  return new Set([...a].filter((one) => !b.has(one)));
}

/** Those who are in any. */
export function together(sets: readonly People[]): People {
  const all = new Set<string>();
  for (const set of sets) for (const one of set) all.add(one);
  return all;
}
