import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import { startAt, type Step } from './branch.ts';
import { branchesOf } from './branches-of.ts';

/** Where the text stands by which a value of a type is sorted: codes, identifiers and references as written. */
const TEXT_OF: Readonly<Record<string, readonly string[]>> = {
  Coding: ['code'],
  CodeableConcept: ['coding', 'code'],
  Identifier: ['value'],
  ContactPoint: ['value'],
  Reference: ['reference'],
};

const PRIMITIVE = /^[a-z]/;
const NAME = /^\w+$/;
const paths = new WeakMap<SearchParameterDefinition, readonly string[] | false>();

/**
 * The texts by which a token, reference or uri parameter is sorted, as SQL/JSON paths from the resource.
 * @returns undefined where the expression has conditions that such a path cannot express
 */
export function sortPaths(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameterDefinition,
): readonly string[] | undefined {
  let known = paths.get(parameter);
  if (known === undefined) {
    known = makePaths(definitions, resourceType, parameter) ?? false;
    paths.set(parameter, known);
  }
  return known === false ? undefined : known;
}

function makePaths(
  definitions: Definitions,
  resourceType: string,
  { expression }: SearchParameterDefinition,
): readonly string[] | undefined {
  const branches = branchesOf(expression, startAt(resourceType), definitions) ?? [];
  const found: string[] = [];
  for (const { steps, type } of branches) {
    const end = TEXT_OF[type] ?? (PRIMITIVE.test(type) ? [] : undefined);
    // A value of a type that has no text has no place in the order either.
    if (end === undefined) continue;
    const way = pathText(steps);
    if (way === undefined) return undefined;
    found.push(`$${way}${end.map((name) => `."${name}"`).join('')}`);
  }
  return found.length === 0 ? undefined : found;
}

function pathText(steps: readonly Step[]): string | undefined {
  let text = '';
  for (const step of steps) {
    if (step.kind === 'member' && NAME.test(step.key)) text += `."${step.key}"`;
    else if (step.kind === 'filter' && NAME.test(step.resolvesTo ?? '')) {
      const type = String(step.resolvesTo);
      text += `[*] ? (@."reference" like_regex "(^|/)${type}/" || @."type" == "${type}")`;
    } else return undefined;
  }
  return text;
}
