import { type PathNode, parsePath } from '../../search/extract/fhirpath.ts';
import type { Definitions } from '../../definitions/model.ts';
import { jsonEqual } from '../../json/equal.ts';
import { fhirError } from '../../outcome/codes.ts';
import { childrenOf } from './children.ts';
import type { Found } from './found.ts';

/** Elements that one path may look at: a filter in a filter multiplies. */
const MAX_VISITED = 100_000;

/** Evaluates paths on a resource. */
export interface Selector {
  /** What a path leads to. @throws FhirError `FHIR_INVALID_PATCH` */
  select(path: PathNode): readonly Found[];
}

/**
 * Reads a path: names, positions, `where`, `exists`, `empty`, `not`, `first`, `last`, `single`, `ofType`, `as`, `extension`,
 * `=`, `!=`, `and`, `or` and `|`. All of them take time in proportion to the resource, which the rest of FHIRPath (regular
 * expressions, `repeat`) does not.
 * @throws FhirError `FHIR_INVALID_PATCH`
 */
export function readPath(text: string, where: string): PathNode {
  const path = parsePath(text);
  if (path === undefined)
    throw invalid(`the path of ${where} is not in the part of FHIRPath that patches may use`);
  return path;
}

/** A selector of a resource as it is now. */
export function createSelector(definitions: Definitions, root: unknown): Selector {
  const type = (root as { readonly resourceType: string }).resourceType;
  const resource: Found = { value: root, type, structure: type, at: [] };
  let visited = 0;
  return { select: (path) => evaluate(path, [resource]) };

  function evaluate(node: PathNode, context: readonly Found[]): readonly Found[] {
    visited += 1 + context.length;
    if (visited > MAX_VISITED) throw invalid('its paths look at too many elements');
    switch (node.kind) {
      case 'literal':
        return [{ value: node.value }];
      case 'name':
        if (node.of === undefined && context[0] !== undefined && isTypeName(node.name, context[0]))
          return context;
        return input(node, context).flatMap((item) =>
          childrenOf(definitions, root, item, node.name),
        );
      case 'index': {
        const item = evaluate(node.of, context)[node.index];
        return item === undefined ? [] : [item];
      }
      case 'type':
        if (node.operator === 'is') {
          return evaluate(node.of, context).map((item) => ({ value: item.type === node.type }));
        }
        return evaluate(node.of, context).filter((item) => item.type === node.type);
      case 'binary':
        return binary(node, context);
      case 'call':
        return call(node, context);
    }
  }

  function input(
    { of }: { readonly of: PathNode | undefined },
    context: readonly Found[],
  ): readonly Found[] {
    return of === undefined ? context : evaluate(of, context);
  }

  function call(
    node: Extract<PathNode, { kind: 'call' }>,
    context: readonly Found[],
  ): readonly Found[] {
    const items = input(node, context);
    const [argument] = node.args;
    switch (node.name) {
      case 'where':
        return items.filter((item) => holds(argument, item));
      case 'exists':
        return [{ value: items.some((item) => argument === undefined || holds(argument, item)) }];
      case 'empty':
        return [{ value: items.length === 0 }];
      case 'not':
        return items.map((item) => ({ value: item.value !== true }));
      case 'first':
        return items.slice(0, 1);
      case 'last':
        return items.slice(-1);
      case 'single':
        if (items.length > 1) throw invalid('single() meets several elements');
        return items;
      case 'ofType':
      case 'as': {
        const name = argument?.kind === 'name' ? argument.name : undefined;
        return items.filter((item) => item.type === name);
      }
      case 'extension': {
        const url = argument?.kind === 'literal' ? argument.value : undefined;
        return items
          .flatMap((item) => childrenOf(definitions, root, item, 'extension'))
          .filter((item) => (item.value as { readonly url?: unknown } | undefined)?.url === url);
      }
      default:
        throw invalid(`the function ${node.name} is not in the part of FHIRPath that patches use`);
    }
  }

  function holds(condition: PathNode | undefined, item: Found): boolean {
    if (condition === undefined) return false;
    const [result, second] = evaluate(condition, [item]);
    return second === undefined && result?.value === true;
  }

  function binary(
    { operator, left, right }: Extract<PathNode, { kind: 'binary' }>,
    context: readonly Found[],
  ): readonly Found[] {
    const a = evaluate(left, context);
    if (operator === 'and' || operator === 'or') {
      const first = a[0]?.value === true;
      if (first === (operator === 'or')) return [{ value: first }];
      return [{ value: evaluate(right, context)[0]?.value === true }];
    }
    const b = evaluate(right, context);
    if (operator === '|') {
      const known = new Set(a.map((item) => JSON.stringify(item.at)));
      return [...a, ...b.filter((item) => !known.has(JSON.stringify(item.at)))];
    }
    if (a.length === 0 || b.length === 0) return [];
    const equal =
      a.length === b.length && a.every((item, index) => jsonEqual(item.value, b[index]?.value));
    return [{ value: equal === (operator === '=') }];
  }
}

/** A path may begin with the type of what it starts from, or with a type that this is one of. */
function isTypeName(name: string, { type }: Found): boolean {
  return name === type || name === 'Resource' || name === 'DomainResource';
}

function invalid(reason: string) {
  return fhirError('FHIR_INVALID_PATCH', { reason });
}
