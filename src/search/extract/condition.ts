import { type Branch, RESOLVED, walk } from './branch.ts';
import type { PathNode } from './fhirpath.ts';

/** A FHIRPath condition of one value: true, false, or undefined for the empty collection. */
export type Condition = (value: unknown) => boolean | undefined;

/**
 * Compiles `exists()`, `empty()`, `=`, `!=`, `and`, `or` and `is` in three-valued logic.
 * @param compile gives the branches of a path from the value on.
 */
export function compileCondition(
  node: PathNode,
  compile: (node: PathNode) => readonly Branch[],
): Condition {
  if (node.kind === 'binary' && (node.operator === 'and' || node.operator === 'or')) {
    const left = compileCondition(node.left, compile);
    const right = compileCondition(node.right, compile);
    const decisive = node.operator === 'or';
    return (value) => combine(left(value), right(value), decisive);
  }
  if (node.kind === 'binary' && (node.operator === '=' || node.operator === '!=')) {
    const left = compile(node.left);
    const right = compile(node.right);
    const wanted = node.operator === '=';
    return (value) => {
      const a = valuesOf(left, value);
      const b = valuesOf(right, value);
      if (a.length === 0 || b.length === 0) return undefined;
      return (a.length === b.length && a.every((item, index) => item === b[index])) === wanted;
    };
  }
  if (
    node.kind === 'call' &&
    (node.name === 'exists' || node.name === 'empty') &&
    node.args.length === 0
  ) {
    const wanted = node.name === 'exists';
    if (node.of === undefined) return () => wanted;
    const branches = compile(node.of).flatMap(withShadow);
    return (value) => valuesOf(branches, value).length > 0 === wanted;
  }
  if (node.kind === 'type' && node.operator === 'is') return typeTest(node.type, compile(node.of));
  const branches = compile(node);
  return (value) => {
    const [first] = valuesOf(branches, value);
    return first === undefined ? undefined : first !== false;
  };
}

/** `resolve() is T` compares what the reference says of its target; any other value has the type of its branch. */
function typeTest(type: string, branches: readonly Branch[]): Condition {
  return (value) => {
    for (const branch of branches) {
      const [first] = valuesOf([branch], value);
      if (first === undefined) continue;
      return branch.type === RESOLVED ? first === type : branch.type === type;
    }
    return undefined;
  };
}

/** A primitive that has no value and an id or an extension is there all the same: `_end` beside `end`. */
function withShadow(branch: Branch): readonly Branch[] {
  const last = branch.steps.at(-1);
  if (last?.kind !== 'member' || branch.structure !== undefined) return [branch];
  const shadow = { kind: 'member', key: `_${last.key}` } as const;
  return [branch, { ...branch, steps: [...branch.steps.slice(0, -1), shadow] }];
}

function combine(
  left: boolean | undefined,
  right: boolean | undefined,
  decisive: boolean,
): boolean | undefined {
  if (left === decisive || right === decisive) return decisive;
  return left === undefined || right === undefined ? undefined : !decisive;
}

function valuesOf(branches: readonly Branch[], root: unknown): readonly unknown[] {
  const values: unknown[] = [];
  for (const { steps } of branches) walk(root, steps, (value) => values.push(value));
  return values;
}
