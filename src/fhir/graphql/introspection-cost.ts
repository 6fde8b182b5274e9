import type { FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { MAX_INTROSPECTION } from './limits.ts';

/** How many there are of what a field of the introspection schema lists: about as many as in the schema of R4. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['types', 1000],
  ['fields', 30],
  ['args', 10],
  ['inputFields', 5],
  ['possibleTypes', 5],
  ['interfaces', 5],
  ['enumValues', 5],
  ['directives', 5],
]);

/**
 * Estimates the number of values in the answer to `__schema` or `__type`. Aliases repeat a list, lists multiply, and
 * nothing of it reads the store, so that only its length tells what it takes.
 * @returns the estimate; once it is above `MAX_INTROSPECTION`, no more than that is known
 */
export function introspectionCost(
  root: FieldNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let cost = 1;
  if (root.selectionSet !== undefined) visit(root.selectionSet, 1, new Set());
  return cost;

  function visit({ selections }: SelectionSetNode, times: number, open: Set<string>): void {
    for (const selection of selections) {
      cost += times;
      if (cost > MAX_INTROSPECTION) return;
      if (selection.kind === 'FragmentSpread') {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (fragment === undefined || open.has(name)) continue;
        open.add(name);
        visit(fragment.selectionSet, times, open);
        open.delete(name);
      } else if (selection.selectionSet !== undefined) {
        const length = selection.kind === 'Field' ? (LENGTHS.get(selection.name.value) ?? 1) : 1;
        visit(selection.selectionSet, times * length, open);
      }
    }
  }
}
