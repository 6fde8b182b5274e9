import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { environmentOf } from './environment.ts';
import type { ConstraintRequest } from './messages.ts';

type Evaluate = (value: unknown, variables: Record<string, unknown>) => unknown[];

const MAX_COMPILED = 5_000;

/**
 * Evaluates constraints on writes with HL7's engine. `%before` and `%after` are the resource as it was and as it will be,
 * and empty where there is none. Unlike an invariant, a constraint allows something: only exactly `true` does.
 * @returns true if every expression is exactly `true`
 * @see https://www.medplum.com/docs/access/access-policies#write-constraints
 */
export function constraintEngine(): (request: ConstraintRequest) => boolean {
  const compiled = new Map<string, Evaluate | undefined>();
  const compile = (expression: string): Evaluate | undefined => {
    if (compiled.has(expression)) return compiled.get(expression);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    const evaluate = compileConstraint(expression);
    compiled.set(expression, evaluate);
    return evaluate;
  };
  return ({ constraints, before, after }) =>
    constraints.every((expression) => {
      const evaluate = compile(expression);
      return evaluate !== undefined && isTrue(evaluate, expression, before, after);
    });
}

/** An expression, or undefined where it cannot be read: what cannot be judged allows nothing. */
function compileConstraint(expression: string): Evaluate | undefined {
  try {
    return fhirpath.compile(expression, r4, { traceFn: () => undefined }) as Evaluate;
  } catch {
    return undefined;
  }
}

function isTrue(evaluate: Evaluate, expression: string, before: unknown, after: unknown): boolean {
  const focus = after ?? before ?? [];
  try {
    const result = evaluate(focus, {
      ...environmentOf(expression),
      before: before ?? [],
      after: after ?? [],
      resource: focus,
      rootResource: focus,
    });
    return result.length === 1 && result[0] === true;
  } catch {
    // An expression that fails on these values says nothing, and so allows nothing.
    return false;
  }
}
