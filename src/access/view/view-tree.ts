import type { Limit, Restriction } from './restrictions.ts';

/** One place of a view with what is restricted at it and below it. */
export interface ViewNode {
  /** Absent where the place is shown. */
  readonly limit?: Limit;
  /** By name of the JSON property, or `@` with the URL of an extension. */
  readonly below: ReadonlyMap<string, ViewNode>;
}

interface OpenNode {
  limit?: Limit;
  readonly below: Map<string, OpenNode>;
}

/** Restrictions as a tree along their paths. Of several at one place hidden counts before masked. */
export function viewTree(restrictions: readonly Restriction[]): ViewNode {
  const root: OpenNode = { below: new Map() };
  for (const { keys, limit } of restrictions) {
    let node = root;
    for (const key of keys) {
      const next = node.below.get(key) ?? { below: new Map<string, OpenNode>() };
      node.below.set(key, next);
      node = next;
    }
    if (node.limit === undefined || limit === 'hidden') node.limit = limit;
  }
  return root;
}
