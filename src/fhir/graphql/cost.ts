import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { fhirError } from '../../outcome/codes.ts';
import { isIntrospection } from './introspection-cache.ts';
import { introspectionCost } from './introspection-cost.ts';
import { MAX_COST, MAX_DEPTH, MAX_FIELDS, MAX_INTROSPECTION, MAX_SCHEMA_BESIDE } from './limits.ts';

/** What a query may cost at most. */
export interface QueryCost {
  /** Levels of nested fields. */
  readonly depth: number;
  /** Reads and searches, if every list is as long as it may be. */
  readonly cost: number;
}

/** Entries of a list: where none is asked for, and at most. */
export interface PageSizes {
  readonly defaultCount: number;
  readonly maxCount: number;
}

/**
 * Computes, before anything is executed, how deep a query goes and how many accesses it may need. A list multiplies what
 * stands in it by its `_count`. Introspection reads nothing of the store, and is measured by the length of its answer.
 * @throws FhirError `GRAPHQL_TOO_DEEP`, `GRAPHQL_TOO_COSTLY`
 */
export function checkCost(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  sizes: PageSizes,
): QueryCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const found = { depth: 0, cost: 0 };
  let fields = 0;
  let introspection = 0;
  // Only an answer about the schema alone is made in slices that let others in between.
  const schemaLimit = isIntrospection(operation) ? MAX_INTROSPECTION : MAX_SCHEMA_BESIDE;
  visit(operation.selectionSet, 1, 1, new Set());
  return found;

  function visit(
    { selections }: SelectionSetNode,
    depth: number,
    times: number,
    open: Set<string>,
  ): void {
    for (const selection of selections) {
      // Fragments count too: those that only hold fragments would multiply without a single field.
      fields += 1;
      if (fields > MAX_FIELDS) throw tooCostly(fields, MAX_FIELDS);
      if (selection.kind === 'FragmentSpread') {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        // A fragment within itself is refused by the validation that follows.
        if (fragment === undefined || open.has(name)) continue;
        open.add(name);
        visit(fragment.selectionSet, depth, times, open);
        open.delete(name);
      } else if (selection.kind === 'InlineFragment') {
        visit(selection.selectionSet, depth, times, open);
      } else field(selection, depth, times, open);
    }
  }

  function field(node: FieldNode, depth: number, times: number, open: Set<string>): void {
    const name = node.name.value;
    if (name.startsWith('__')) {
      introspection += introspectionCost(node, fragments);
      if (introspection > schemaLimit) throw tooCostly(introspection, schemaLimit);
      return;
    }
    found.depth = Math.max(found.depth, depth);
    if (found.depth > MAX_DEPTH)
      throw fhirError('GRAPHQL_TOO_DEEP', { depth: found.depth, limit: MAX_DEPTH });
    const isSearch = /^[A-Z].*(?:List|Connection)$/.test(name);
    if (isSearch || /^[A-Z]/.test(name) || name === 'resource') found.cost += times;
    if (found.cost > MAX_COST) throw tooCostly(found.cost, MAX_COST);
    if (node.selectionSet === undefined) return;
    visit(node.selectionSet, depth + 1, isSearch ? times * countOf(node) : times, open);
  }

  function countOf({ arguments: given = [] }: FieldNode): number {
    const argument = given.find(({ name }) => name.value === '_count');
    const count = argument === undefined ? sizes.defaultCount : numberOf(argument.value);
    return Math.min(Math.max(count, 1), sizes.maxCount);
  }

  function numberOf(value: ValueNode): number {
    const given =
      value.kind === 'Variable'
        ? variables[value.name.value]
        : value.kind === 'IntValue'
          ? value.value
          : undefined;
    const number = Number(given ?? sizes.defaultCount);
    // What cannot be read is refused later; until then it counts as the longest list.
    return Number.isFinite(number) ? number : sizes.maxCount;
  }
}

function tooCostly(cost: number, limit: number): Error {
  return fhirError('GRAPHQL_TOO_COSTLY', { cost, limit });
}
