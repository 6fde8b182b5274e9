import type { Definitions, ElementDefinition } from '../../definitions/model.ts';
import { type Branch, extend, RESOLVED } from './branch.ts';
import { type Condition, compileCondition } from './condition.ts';
import type { PathNode } from './fhirpath.ts';
import { targetType } from './reference-target.ts';

/** Thrown inside the compiler for what is outside of its subset. */
export class UnsupportedPath extends Error {
  override readonly name = 'UnsupportedPath';
}

const LITERALS: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'integer',
  boolean: 'boolean',
};

/**
 * Compiles a path into its branches, with the types known from the definitions: `Observation.value` has one branch for
 * each type, `Observation.value.ofType(Quantity)` only one.
 * @returns no branch for an element that the definitions do not have.
 * @throws UnsupportedPath
 */
export function compilePath(
  node: PathNode,
  context: Branch,
  definitions: Definitions,
): readonly Branch[] {
  const compile = (inner: PathNode, from = context): readonly Branch[] =>
    compilePath(inner, from, definitions);
  switch (node.kind) {
    case 'name':
      // A path may begin with the name of the type it starts from.
      if (node.of === undefined && node.name === context.type) return [context];
      return from(node.of).flatMap((branch) => member(branch, node.name, definitions));
    case 'call':
      return call(node);
    case 'index':
      return from(node.of).map((branch) => item(branch, node.index));
    case 'type':
      if (node.operator === 'as')
        return from(node.of).flatMap((branch) => ofType(branch, node.type));
      return [computed(node)];
    case 'binary':
      return node.operator === '|'
        ? [...compile(node.left), ...compile(node.right)]
        : [computed(node)];
    case 'literal':
      return [constant(node.value)];
  }

  function from(of: PathNode | undefined): readonly Branch[] {
    return of === undefined ? [context] : compile(of);
  }

  function call({ name, of, args }: Extract<PathNode, { kind: 'call' }>): readonly Branch[] {
    const [first, second, third] = args;
    if (name === 'exists' || name === 'empty') return [computed(node)];
    if (name === 'first' && args.length === 0) return from(of).map((branch) => item(branch, 0));
    if (name === 'resolve' && args.length === 0) return from(of).flatMap(resolved);
    if (first === undefined) throw new UnsupportedPath();
    if (name === 'where') return from(of).map((branch) => where(branch, first));
    if (name === 'ofType' || name === 'as') {
      return from(of).flatMap((branch) => ofType(branch, typeName(first)));
    }
    if (name === 'extension' && first.kind === 'literal') {
      return from(of)
        .flatMap((branch) => member(branch, 'extension', definitions))
        .map((branch) => extend(branch, { kind: 'filter', test: hasUrl(first.value) }));
    }
    if (name === 'iif' && of === undefined && second !== undefined && third !== undefined) {
      return choose(conditionOf(first, context), compile(second), compile(third));
    }
    throw new UnsupportedPath();
  }

  function where(branch: Branch, condition: PathNode): Branch {
    const holds = conditionOf(condition, { ...branch, steps: [] });
    const resolvesTo = targetOf(condition);
    return extend(branch, {
      kind: 'filter',
      test: (value) => holds(value) === true,
      ...(resolvesTo === undefined ? {} : { resolvesTo }),
    });
  }

  function conditionOf(condition: PathNode, at: Branch): Condition {
    return compileCondition(condition, (inner) => compile(inner, at));
  }

  function computed(expression: PathNode): Branch {
    const root = { ...context, steps: [] };
    const holds = conditionOf(expression, root);
    return extend(context, { kind: 'map', map: holds }, { type: 'boolean', structure: undefined });
  }

  function constant(value: string | number | boolean): Branch {
    const type = LITERALS[typeof value] ?? 'string';
    return extend(context, { kind: 'map', map: () => value }, { type, structure: undefined });
  }
}

/** `iif`: each branch goes on only under its condition. */
function choose(
  condition: Condition,
  yes: readonly Branch[],
  no: readonly Branch[],
): readonly Branch[] {
  const when = (expected: boolean) => (branch: Branch) => ({
    ...branch,
    steps: [
      {
        kind: 'filter' as const,
        test: (value: unknown) => (condition(value) === true) === expected,
      },
      ...branch.steps,
    ],
  });
  return [...yes.map(when(true)), ...no.map(when(false))];
}

function member(branch: Branch, name: string, definitions: Definitions): readonly Branch[] {
  if (branch.type === RESOLVED) {
    if (name !== 'resourceType') throw new UnsupportedPath();
    return [{ ...branch, type: 'code' }];
  }
  if (branch.structure === undefined) {
    // Beside the value of a primitive, in `_name`, which only the engine looks at.
    if (name === 'extension' || name === 'id') throw new UnsupportedPath();
    return [];
  }
  const elements = definitions.structure(branch.structure)?.elements;
  const element = elements?.get(name);
  const prior = branch.steps.length === 0;
  if (element !== undefined) {
    return element.types.map((type) => step(name, type, element));
  }
  const choice = elements?.get(`${name}[x]`);
  // Elements of a resource whose type is not known here.
  if (choice === undefined && branch.structure === 'Resource') throw new UnsupportedPath();
  return (choice?.types ?? []).map((type) =>
    step(name + type.charAt(0).toUpperCase() + type.slice(1), type, { ...choice, max: 1 }),
  );

  function step(
    key: string,
    type: string,
    { structure, max = 1, requiredBinding }: Partial<ElementDefinition>,
  ): Branch {
    return extend(
      branch,
      { kind: 'member', key },
      {
        type,
        structure: structure ?? complex(type),
        indexable: prior && max > 1,
        ...(requiredBinding === undefined ? {} : { binding: requiredBinding }),
      },
    );
  }

  function complex(type: string): string | undefined {
    return definitions.structure(type)?.kind === 'primitive' ? undefined : type;
  }
}

function item(branch: Branch, index: number): Branch {
  if (!branch.indexable) throw new UnsupportedPath();
  return extend(branch, { kind: 'item', index });
}

function ofType(branch: Branch, type: string): readonly Branch[] {
  if (branch.type === 'Resource') throw new UnsupportedPath();
  return branch.type === type ? [branch] : [];
}

function resolved(branch: Branch): readonly Branch[] {
  if (branch.type !== 'Reference') return [];
  return [
    extend(branch, { kind: 'map', map: targetType }, { type: RESOLVED, structure: undefined }),
  ];
}

/** The type of `resolve() is …`. */
function targetOf(condition: PathNode): string | undefined {
  if (condition.kind !== 'type' || condition.operator !== 'is') return undefined;
  const { of, type } = condition;
  return of.kind === 'call' && of.name === 'resolve' && of.of === undefined ? type : undefined;
}

function typeName(node: PathNode): string {
  if (node.kind === 'name') return node.name;
  throw new UnsupportedPath();
}

function hasUrl(url: unknown): (value: unknown) => boolean {
  return (value) => (value as { readonly url?: unknown }).url === url;
}
