import type { Branch, Step } from './branch.ts';

/**
 * The ways to the values of some branches as texts, after the steps that lead to where they begin. Undefined stands for a
 * way with conditions, which cannot be compared.
 */
export function pathsOf(
  { branches }: { readonly branches: readonly Branch[] },
  before: readonly Step[] = [],
): readonly (string | undefined)[] {
  return branches.map(({ steps }) => pathOf([...before, ...steps]));
}

/** True if the branches lead to everything that the paths lead to. */
export function coversPaths(
  branches: readonly Branch[],
  paths: readonly (string | undefined)[],
): boolean {
  const own = new Set(pathsOf({ branches }));
  return paths.length > 0 && paths.every((path) => path !== undefined && own.has(path));
}

/** The names of the members on the way; undefined where there is more than names. */
export function pathOf(steps: readonly Step[]): string | undefined {
  const names: string[] = [];
  for (const step of steps) {
    if (step.kind !== 'member') return undefined;
    names.push(step.key);
  }
  return names.join('.');
}
