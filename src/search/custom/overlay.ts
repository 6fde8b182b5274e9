import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';

/** Search parameters of one resource type. */
export type ParameterMap = ReadonlyMap<string, SearchParameterDefinition>;

/** Definitions to which search parameters are added while the server runs. */
export interface ParameterOverlay {
  /** The definitions with what was added. */
  readonly definitions: Definitions;
  /** The definitions without it. */
  readonly base: Definitions;
  /** Puts these parameters, by resource type, in the place of those added before. */
  replace(custom: ReadonlyMap<string, ParameterMap>): void;
  /** What was added, by resource type. */
  custom(): ReadonlyMap<string, ParameterMap>;
}

/**
 * Lays stored search parameters over the published ones, which they never replace; of those, some may be marked as being
 * indexed. A type whose parameters stay the same
 * keeps its map, so that whoever has compiled something from it can tell.
 * @param fullText which of `_text` and `_content` can be searched by
 */
export function overlayParameters(
  base: Definitions,
  fullText: ReadonlySet<string> = new Set(),
): ParameterOverlay {
  let added: ReadonlyMap<string, ParameterMap> = new Map();
  let merged = new Map<string, ParameterMap>();
  let revision = 0;
  return {
    base,
    definitions: {
      ...base,
      fullText,
      searchParameters: (type) => merged.get(type) ?? base.searchParameters(type),
      revision: () => revision,
    },
    custom: () => added,
    replace(custom) {
      const next = new Map<string, ParameterMap>();
      let changed = custom.size !== added.size;
      for (const [type, parameters] of custom) {
        const before = merged.get(type);
        const same = before !== undefined && equal(added.get(type), parameters);
        next.set(type, same ? before : laidOver(base.searchParameters(type), parameters));
        if (!same) changed = true;
      }
      if (!changed) return;
      added = custom;
      merged = next;
      revision += 1;
    },
  };
}

/** What is published counts, unless it is the very parameter that is being indexed. */
function laidOver(published: ParameterMap, added: ParameterMap): ParameterMap {
  const indexing = [...added].filter(
    ([code, { indexing, url }]) => indexing === true && published.get(code)?.url === url,
  );
  return new Map([...added, ...published, ...indexing]);
}

function equal(a: ParameterMap | undefined, b: ParameterMap): boolean {
  if (a?.size !== b.size) return false;
  for (const [code, parameter] of b) {
    if (JSON.stringify(a.get(code)) !== JSON.stringify(parameter)) return false;
  }
  return true;
}
