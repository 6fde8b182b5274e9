/** A mapping of configuration keys, as read from YAML. */
export type ConfigTree = Record<string, unknown>;

/** Path of a key, such as `['http', 'port']`. */
export type KeyPath = readonly string[];

/** A mapping without a prototype, in which `__proto__` is a key like any other. */
export function emptyTree(): ConfigTree {
  return Object.create(null) as ConfigTree;
}

/** True for mappings; lists and scalars are values. */
export function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every value of a tree with its path; an empty mapping counts as a value. */
export function* leaves(tree: ConfigTree, path: KeyPath = []): Generator<[KeyPath, unknown]> {
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value) && Object.keys(value).length > 0) yield* leaves(value, [...path, key]);
    else yield [[...path, key], value];
  }
}

/** Sets a value, making mappings on the way; a scalar on the way is replaced. */
export function setAt(tree: ConfigTree, path: KeyPath, value: unknown): void {
  let node = tree;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(node, key) ? node[key] : undefined;
    const child = isTree(next) ? next : emptyTree();
    node[key] = child;
    node = child;
  }
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
}
