import { EMPTY_ROOT, nodeHash } from './hash.ts';
import { STORED_LEVELS } from './stored-levels.ts';

/** A node of the tree all of whose leaves are there: hash of leaves `index * 2^level` and the following, 2^level in all. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

/**
 * The right edge of a growing tree: the roots of the complete subtrees that its size in binary names, largest first. That
 * is all one needs to add leaves and to tell the root.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
export interface Frontier {
  readonly size: number;
  /** Roots of the complete subtrees, largest first. */
  readonly peaks: readonly Buffer[];
  /** Adds a leaf by its hash; returns the nodes to be stored that it completed. */
  push(leaf: Buffer): readonly TreeNode[];
  /** Hash of the tree as it is. */
  root(): Buffer;
}

/** @param peaks roots of the complete subtrees of a tree of that size, largest first */
export function createFrontier(start = 0, peaks: readonly Buffer[] = []): Frontier {
  const stack = [...peaks];
  let size = start;
  return {
    get size() {
      return size;
    },
    get peaks() {
      return [...stack];
    },
    push(leaf) {
      const completed: TreeNode[] = [];
      let hash = leaf;
      let level = 0;
      // Numbers of leaves exceed 32 bits, so no bit operators.
      let index = size;
      while (index % 2 === 1) {
        hash = nodeHash(stack.pop() as Buffer, hash);
        index = (index - 1) / 2;
        level += 1;
        if (level % STORED_LEVELS === 0) completed.push({ level, index, hash });
      }
      stack.push(hash);
      size += 1;
      return completed;
    },
    root: () =>
      stack.length === 0 ? EMPTY_ROOT : stack.reduceRight((right, left) => nodeHash(left, right)),
  };
}

/** First leaf and number of leaves of each complete subtree of a tree of that size, largest first. */
export function peaksOf(size: number): readonly (readonly [first: number, leaves: number])[] {
  const found: [number, number][] = [];
  let first = 0;
  while (first < size) {
    const leaves = 2 ** Math.floor(Math.log2(size - first));
    found.push([first, leaves]);
    first += leaves;
  }
  return found;
}
