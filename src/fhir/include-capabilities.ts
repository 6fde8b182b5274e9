import type { Definitions } from '../definitions/model.ts';
import { isLinked } from '../search/parse/link-parameter.ts';

/** What `_include` and `_revinclude` of a type may name. */
export interface IncludeCapabilities {
  readonly searchInclude: readonly string[];
  readonly searchRevInclude: readonly string[];
}

/**
 * The includes of all types, from the reference parameters that are registered. A reference to anything is listed with
 * every type that it may come from or lead to.
 * @see https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchInclude
 */
export function includeCapabilities(
  definitions: Definitions,
): (type: string) => IncludeCapabilities {
  const forward = new Map<string, string[]>();
  const reverse = new Map<string, string[]>();
  const linked = definitions.resourceTypes.filter((type) => isLinked(definitions, type));
  const add = (map: Map<string, string[]>, type: string, name: string): void => {
    const names = map.get(type);
    if (names === undefined) map.set(type, [name]);
    else names.push(name);
  };
  for (const source of linked) {
    for (const { code, type, targets } of definitions.searchParameters(source).values()) {
      if (type !== 'reference') continue;
      add(forward, source, `${source}:${code}`);
      for (const target of targets.length === 0 ? linked : targets) {
        add(reverse, target, `${source}:${code}`);
      }
    }
  }
  return (type) => {
    const own = forward.get(type) ?? [];
    return {
      searchInclude: own.length === 0 ? [] : ['*', `${type}:*`, ...own.toSorted()],
      searchRevInclude: isLinked(definitions, type) ? (reverse.get(type) ?? []).toSorted() : [],
    };
  };
}
