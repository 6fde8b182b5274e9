import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { environmentOf } from './environment.ts';
import { withoutLegacyAs } from './legacy-as.ts';
import type { Evaluation, InvariantRequest, InvariantVerdict } from './messages.ts';

type Json = Readonly<Record<string, unknown>>;
type Evaluate = (value: unknown, variables: Record<string, unknown>) => unknown[];

/** A value as the engine holds it; only one made like it knows its type. */
interface EngineNode {
  readonly ctx: unknown;
  readonly data: unknown;
  readonly constructor: {
    readonly makeResNode?: (...parts: readonly unknown[]) => unknown;
  };
}

const MAX_COMPILED = 5_000;
const REFERENCE = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/;

/**
 * Evaluates invariants with HL7's engine. Whatever an expression does, it is this thread that pays.
 * @returns a verdict for each evaluation, in their order
 */
export function invariantEngine(): (request: InvariantRequest) => readonly InvariantVerdict[] {
  const compiled = new Map<string, Evaluate | undefined>();
  let current: InvariantRequest = { resource: undefined, evaluations: [], valueSets: {} };
  let container: unknown;
  const userInvocationTable = {
    resolve: {
      fn: (inputs: readonly EngineNode[]) =>
        inputs.flatMap((node) =>
          resolve(node.data, current.resource, container).map((resource) => typed(node, resource)),
        ),
      arity: { 0: [] },
      internalStructures: true,
    },
    memberOf: {
      fn: (inputs: readonly unknown[], url: string) =>
        inputs.length === 1 ? isMember(inputs[0], current.valueSets[url]) : [],
      arity: { 1: ['String' as const] },
    },
  };
  const compile = ({ base, expression }: Evaluation): Evaluate | undefined => {
    const key = `${base}\n${expression}`;
    if (compiled.has(key)) return compiled.get(key);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    const evaluate = tryCompile(base, expression, userInvocationTable);
    compiled.set(key, evaluate);
    return evaluate;
  };
  return (request) => {
    current = request;
    return request.evaluations.map((evaluation) => {
      const evaluate = compile(evaluation);
      if (evaluate === undefined) return 'unknown';
      container = valueAt(request.resource, evaluation.resource);
      const value = valueAt(request.resource, evaluation.keys);
      return verdict(evaluate, value, {
        ...environmentOf(evaluation.expression),
        resource: container,
        rootResource: valueAt(request.resource, evaluation.root),
      });
    });
  };
}

function tryCompile(
  base: string,
  expression: string,
  userInvocationTable: Record<string, never> | object,
): Evaluate | undefined {
  try {
    return fhirpath.compile({ base, expression: withoutLegacyAs(expression) }, r4, {
      userInvocationTable: userInvocationTable as never,
      traceFn: () => undefined,
    }) as Evaluate;
  } catch {
    // What cannot be read cannot be judged: the caller is told so.
    return undefined;
  }
}

function verdict(
  evaluate: Evaluate,
  value: unknown,
  variables: Record<string, unknown>,
): InvariantVerdict {
  try {
    const result = evaluate(value, variables);
    // As HAPI does: a single boolean counts, and anything else that is there is true.
    if (result.length === 1 && typeof result[0] === 'boolean') return result[0] ? 'holds' : 'fails';
    return result.length > 0 ? 'holds' : 'fails';
  } catch {
    // An expression that fails on this value, such as a comparison of what has no order.
    return 'unknown';
  }
}

/** A resource as a node of the engine. */
function typed({ ctx, constructor }: EngineNode, resource: unknown): unknown {
  return constructor.makeResNode?.(ctx, resource, null, null, null, null) ?? resource;
}

function valueAt(root: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], root);
}

/** What a reference leads to inside the resource; where it leads out of it, a resource of which only the type is known. */
function resolve(input: unknown, root: unknown, container: unknown): readonly unknown[] {
  const literal = typeof input === 'string' ? input : (input as Json | null)?.['reference'];
  if (typeof literal !== 'string') return [];
  if (literal.startsWith('#')) {
    const id = literal.slice(1);
    const contained = (container as Json)['contained'];
    if (!Array.isArray(contained)) return [];
    return contained.filter((it: unknown) => (it as Json)['id'] === id);
  }
  const entries = (root as Json)['entry'];
  for (const entry of Array.isArray(entries) ? (entries as readonly Json[]) : []) {
    const resource = entry['resource'] as Json | undefined;
    if (resource === undefined) continue;
    const named = `${String(resource['resourceType'])}/${String(resource['id'])}`;
    if (entry['fullUrl'] === literal || named === literal) return [resource];
  }
  const resourceType = REFERENCE.exec(literal)?.[1];
  return resourceType === undefined ? [] : [{ resourceType }];
}

/** Empty where the value set is not known, as in the specification. */
function isMember(input: unknown, members: readonly string[] | undefined): readonly boolean[] {
  if (members === undefined) return [];
  const codings =
    typeof input === 'object' && input !== null && 'coding' in input
      ? (input.coding as readonly unknown[])
      : [input];
  return [
    codings.some((coding) => {
      if (typeof coding === 'string') return members.some((it) => it.endsWith(`|${coding}`));
      const { system = '', code = '' } = coding as { system?: string; code?: string };
      return members.includes(`${system}|${code}`);
    }),
  ];
}
