import type { ConfigProblem } from './problem.ts';
import { type ConfigTree, emptyTree, leaves, type KeyPath, setAt } from './tree.ts';

/** The layers of the configuration merged, with the source of every value. */
export interface Layers {
  readonly tree: ConfigTree;
  readonly problems: ConfigProblem[];
  set(path: KeyPath, value: unknown, source: string): void;
  /** Puts a whole tree on top; lists replace lists. */
  merge(tree: ConfigTree, source: string): void;
  /** Where the value at a path, or the nearest value above or below it, comes from. */
  sourceOf(path: KeyPath): string;
}

/** Starts without any layer: everything is the schema's default. */
export function emptyLayers(): Layers {
  const tree = emptyTree();
  const sources = new Map<string, string>();
  const layers: Layers = {
    tree,
    problems: [],
    set(path, value, source) {
      setAt(tree, path, value);
      sources.set(path.join('.'), source);
    },
    merge(other, source) {
      for (const [path, value] of leaves(other)) layers.set(path, value, source);
    },
    sourceOf(path) {
      for (let length = path.length; length > 0; length--) {
        const source = sources.get(path.slice(0, length).join('.'));
        if (source !== undefined) return source;
      }
      const below = [...sources].find(([key]) => key.startsWith(`${path.join('.')}.`));
      return below?.[1] ?? 'default';
    },
  };
  return layers;
}
