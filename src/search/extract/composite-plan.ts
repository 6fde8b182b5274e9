import type {
  Definitions,
  SearchParameterComponent,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../definitions/model.ts';
import { type Branch, type Step, startAt } from './branch.ts';
import { branchesOf } from './branches-of.ts';
import { coversPaths, pathsOf } from './paths.ts';

/** One part of a composite, compiled from the element that holds the parts. */
export interface CompositePart {
  readonly type: SearchParameterType;
  /** True where the path begins at the resource (`%resource`) and not at the element. */
  readonly fromResource: boolean;
  readonly branches: readonly Branch[];
}

/** How a composite parameter is indexed and searched. */
export interface CompositePlan {
  readonly types: readonly SearchParameterType[];
  /**
   * Parameters that say the parts where the resource itself holds them: there is one such element only, so that all
   * conditions on them together say the same as the composite. Absent where the resource does not hold the parts.
   */
  readonly whole?: readonly string[];
  /** Elements that hold the parts and of which there may be several: these have index values of their own. */
  readonly elements: readonly {
    readonly steps: readonly Step[];
    readonly parts: readonly CompositePart[];
  }[];
  /** Code under which the elements are indexed: parameters of the same elements and parts share theirs. */
  readonly indexedAs: string;
  /** For each part a parameter that has all of its values, by which the resources are found quickly, if there is one. */
  readonly narrowing: readonly (string | undefined)[];
}

const RESOURCE = '%resource.';
const plans = new WeakMap<SearchParameterDefinition, CompositePlan | false>();

/**
 * The plan of a composite parameter.
 * @returns undefined where its expressions are outside of the subset that is compiled.
 */
export function compositePlan(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameterDefinition,
): CompositePlan | undefined {
  let plan = plans.get(parameter);
  if (plan === undefined) {
    plan = makePlan(definitions, resourceType, parameter) ?? false;
    plans.set(parameter, plan);
  }
  return plan === false ? undefined : plan;
}

function makePlan(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameterDefinition,
): CompositePlan | undefined {
  const { code, expression, components = [] } = parameter;
  const root = startAt(resourceType);
  const holders = branchesOf(expression, root, definitions);
  if (holders === undefined || holders.length === 0 || components.length < 2) return undefined;
  const others = [...definitions.searchParameters(resourceType).values()];
  const allElements: {
    readonly steps: readonly Step[];
    readonly parts: readonly CompositePart[];
  }[] = [];
  for (const holder of holders) {
    const parts = components.map((part) => compilePart(part, holder, root, definitions));
    if (!parts.every((part) => part !== undefined)) return undefined;
    allElements.push({ steps: holder.steps, parts });
  }
  const inParts = allElements.filter(({ steps }) => steps.length > 0);
  const whole = allElements
    .filter(({ steps }) => steps.length === 0)
    .map(({ parts }) => parts.map((part) => narrowest(part.type, pathsOf(part), others)))
    .find((codes): codes is string[] => codes.every((found) => found !== undefined));
  const elements = whole === undefined ? allElements : inParts;
  const narrowing = components.map(({ type }, number) => {
    const paths = allElements.flatMap(({ steps, parts }) => {
      const part = parts[number];
      return part === undefined ? [] : pathsOf(part, part.fromResource ? [] : steps);
    });
    return type === 'token' || type === 'reference' || type === 'uri'
      ? narrowest(type, paths, others)
      : undefined;
  });
  const signature = signatureOf(expression, resourceType, components);
  const shared = others
    .filter((other) => other.custom !== true)
    .filter(
      (other) => signatureOf(other.expression, resourceType, other.components ?? []) === signature,
    )
    .map((other) => other.code);
  // Stored parameters come and go: nothing may depend on them, nor they on what others index.
  const sharing =
    parameter.custom !== true && (whole !== undefined || inParts.length === allElements.length);
  return {
    types: components.map(({ type }) => type),
    ...(whole === undefined ? {} : { whole }),
    elements,
    indexedAs: sharing ? ([...shared].sort()[0] ?? code) : code,
    narrowing,
  };

  /** The parameter of the kind that has the values of all paths, and the fewest others. */
  function narrowest(
    type: SearchParameterType,
    paths: readonly (string | undefined)[],
    candidates: readonly SearchParameterDefinition[],
  ): string | undefined {
    return candidates
      .filter((candidate) => candidate.type === type && candidate.custom !== true)
      .map((candidate) => ({
        code: candidate.code,
        branches: branchesOf(candidate.expression, root, definitions) ?? [],
      }))
      .filter(({ branches }) => coversPaths(branches, paths))
      .sort((a, b) => a.branches.length - b.branches.length || (a.code < b.code ? -1 : 1))[0]?.code;
  }
}

function compilePart(
  { type, expression }: SearchParameterComponent,
  holder: Branch,
  root: Branch,
  definitions: Definitions,
): CompositePart | undefined {
  const fromResource = expression.startsWith(RESOURCE);
  const branches = fromResource
    ? branchesOf(expression.slice(RESOURCE.length), root, definitions)
    : branchesOf(expression, { ...holder, steps: [] }, definitions);
  return branches === undefined ? undefined : { type, fromResource, branches };
}

/** Elements and parts of a composite as text; the resource itself does not count. */
function signatureOf(
  expression: string,
  resourceType: string,
  components: readonly SearchParameterComponent[],
): string {
  const elements = expression
    .split(' | ')
    .filter((path) => path !== resourceType)
    .sort();
  return JSON.stringify([elements, components.map((part) => [part.type, part.expression])]);
}
