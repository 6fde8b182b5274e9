import type { Definitions, ElementDefinition } from '../../definitions/model.ts';
import type { ElementStep } from './element-path.ts';

/** What a path leads to in one resource type. */
export interface ResolvedElement {
  /** Type codes of the element; several for a choice. */
  readonly types: readonly string[];
}

/** An element of a structure that a step names, with those of its types that are meant. */
interface Found {
  readonly definition: ElementDefinition;
  readonly types: readonly string[];
}

/**
 * Follows a path through the definitions.
 * @returns `missing` names the first step that leads nowhere
 */
export function resolveElementPath(
  definitions: Definitions,
  resourceType: string,
  steps: readonly ElementStep[],
): ResolvedElement | { readonly missing: string } {
  let structures: readonly string[] = [resourceType];
  let types: readonly string[] = [];
  for (const step of steps) {
    const name = step.kind === 'element' ? step.name : 'extension';
    const found = structures.flatMap((path) => elementOf(definitions, path, name) ?? []);
    if (found.length === 0) return { missing: name };
    types = [...new Set(found.flatMap((element) => element.types))];
    structures = [
      ...new Set(found.flatMap(({ definition, types: own }) => definition.structure ?? own)),
    ];
  }
  return { types };
}

function elementOf(definitions: Definitions, path: string, name: string): Found | undefined {
  // What is in a contained resource depends on its type, which no path tells.
  if (path === 'Resource') return undefined;
  const elements = definitions.structure(path)?.elements;
  if (elements === undefined) return undefined;
  const plain = elements.get(name) ?? elements.get(`${name}[x]`);
  if (plain !== undefined) return { definition: plain, types: plain.types };
  for (const [key, definition] of elements) {
    if (!key.endsWith('[x]') || !name.startsWith(key.slice(0, -3))) continue;
    const type = definition.types.find((one) => name === key.slice(0, -3) + capitalised(one));
    if (type !== undefined) return { definition, types: [type] };
  }
  return undefined;
}

function capitalised(type: string): string {
  return type.charAt(0).toUpperCase() + type.slice(1);
}
