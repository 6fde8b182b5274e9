import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import { startAt } from './branch.ts';
import { branchesOf } from './branches-of.ts';

/** What the definitions say of the elements that a search parameter looks at. */
export interface ParameterElements {
  /** FHIR types of the elements; empty where they are not known. */
  readonly types: ReadonlySet<string>;
  /** Code systems that plain codes are taken from, without naming them. */
  readonly impliedSystems: ReadonlySet<string>;
  /** True if all elements are plain codes of these systems. */
  readonly onlyImplied: boolean;
}

const known = new WeakMap<SearchParameterDefinition, ParameterElements>();

/** The elements of a search parameter of a resource type. */
export function parameterElements(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameterDefinition,
): ParameterElements {
  let elements = known.get(parameter);
  if (elements === undefined) {
    elements = read(definitions, resourceType, parameter);
    known.set(parameter, elements);
  }
  return elements;
}

function read(
  definitions: Definitions,
  resourceType: string,
  { expression }: SearchParameterDefinition,
): ParameterElements {
  const branches = branchesOf(expression, startAt(resourceType), definitions) ?? [];
  const systems = branches.map(({ type, binding }) =>
    type === 'code' && binding !== undefined ? definitions.requiredSystem(binding) : undefined,
  );
  return {
    types: new Set(branches.map(({ type }) => type)),
    impliedSystems: new Set(systems.filter((system) => system !== undefined)),
    onlyImplied: systems.length > 0 && systems.every((system) => system !== undefined),
  };
}
