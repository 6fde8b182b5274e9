import type { ConceptMap } from '@medplum/fhirtypes';
import { isBlocked } from '../access/blocked/blockers.ts';
import { parseSearch } from '../search/parse.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { searchResources } from '../storage/repository/searching/search.ts';
import {
  type ConformanceSource,
  type ConformanceType,
  type ConformanceTypes,
  splitCanonical,
} from './model.ts';
import { pickVersion } from './pick-version.ts';
import { isConformance, reduceConformance } from './reduce.ts';

/** Versions of one canonical that are looked at. */
const MAX_VERSIONS = 50;
/** Stored ConceptMaps that are looked at. */
const MAX_MAPS = 100;

/**
 * The conformance resources that are stored on this server, as the policy of the caller shows them: each look-up is a
 * search of the caller's, with its own line in the audit record. A type that the policy does not let the caller search is
 * not asked for, as if nothing of it were stored.
 */
export function storedConformance(store: ClinicalStore, context: AccessContext): ConformanceSource {
  const known = new Map<string, Promise<readonly ConformanceTypes[ConformanceType][]>>();
  const search = (
    type: ConformanceType,
    parameters: readonly (readonly [string, string])[],
    count: number,
  ): Promise<readonly ConformanceTypes[ConformanceType][]> => {
    if (context.principal.policy.rules(type, 'search').length === 0) return Promise.resolve([]);
    const key = JSON.stringify([type, parameters]);
    const found = known.get(key) ?? load(store, context, type, parameters, count);
    known.set(key, found);
    return found;
  };
  return {
    async find(type, canonical) {
      const { url, version } = splitCanonical(canonical);
      if (url === '') return undefined;
      const all = await search(type, [['url', escaped(url)]], MAX_VERSIONS);
      const resource = pickVersion(all, version) as ConformanceTypes[typeof type] | undefined;
      return resource === undefined ? undefined : { resource, scope: '' };
    },
    conceptMaps: async () => (await search('ConceptMap', [], MAX_MAPS)) as readonly ConceptMap[],
  };
}

async function load(
  store: ClinicalStore,
  context: AccessContext,
  type: ConformanceType,
  parameters: readonly (readonly [string, string])[],
  count: number,
): Promise<readonly ConformanceTypes[ConformanceType][]> {
  const request = parseSearch(
    store.definitions,
    type,
    [
      ...parameters,
      // Who is not shown all of a resource is not told in which order they changed either.
      ...(isBlocked(store.definitions, context.principal.policy, type, '_lastUpdated')
        ? []
        : [['_sort', '-_lastUpdated'] as const]),
      ['_count', String(count)],
    ],
    { maxCount: count, defaultCount: count },
  );
  const { entries } = await searchResources(store, context, request);
  return entries
    .map(({ content }) => JSON.parse(content) as Readonly<Record<string, unknown>>)
    .filter(isConformance)
    .map(reduceConformance);
}

/** A value of a search parameter that is taken as it is. */
function escaped(value: string): string {
  return value.replace(/[\\,|$]/g, (character) => `\\${character}`);
}

/** Looks in the first source, then in the next. What a package refers to is looked for in packages first. */
export function layered(first: ConformanceSource, second: ConformanceSource): ConformanceSource {
  return {
    async find(type, canonical, scope) {
      const [near, far] = scope === undefined || scope === '' ? [first, second] : [second, first];
      return (await near.find(type, canonical, scope)) ?? far.find(type, canonical, scope);
    },
    conceptMaps: async () => [...(await first.conceptMaps()), ...(await second.conceptMaps())],
  };
}
