import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../../../src/access/policy.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import {
  ALL,
  type IncludeDirective,
  NONE,
  type SearchExpression,
  type SearchRequest,
} from '../../../src/search/expression.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches, refersTo, type SearchWorld } from '../../../src/search/match.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { parseSystemSearch } from '../../../src/search/parse-system.ts';
import type { ClinicalStore } from '../../../src/storage/clinical-store.ts';
import type { AccessContext } from '../../../src/storage/access-context.ts';
import type { JsonResource } from '../../../src/storage/content.ts';
import { indexed } from '../../../src/storage/repository/judging/stored.ts';
import {
  type SearchPage,
  searchResources,
} from '../../../src/storage/repository/searching/search.ts';
import { searchSystem } from '../../../src/storage/repository/searching/search-system.ts';
import { deleteResource, updateResource } from '../../../src/storage/repository/writing/write.ts';
import {
  principalSeeing,
  realDefinitions,
  type StandaloneStore,
  standaloneStore,
} from '../../support/clinical-store.ts';
import {
  WORLD_BASE,
  WORLD_TYPES,
  worldIncludes,
  worldPolicy,
  type WorldResource,
  world,
  worldSearch,
  type WorldType,
} from '../../support/search-world.ts';

/** Worlds, and searches of each: their product is the number of cases. */
const WORLDS = 40;
const SEARCHES = 250;

let opened: StandaloneStore;
let definitions: Definitions;

beforeAll(async () => {
  definitions = await realDefinitions();
  const extractor = createIndexExtractor(definitions, { localBases: [WORLD_BASE] });
  opened = await standaloneStore(definitions, extractor);
}, 60_000);
afterAll(() => opened.close(), 30_000);

const sorting = fc.constantFrom(
  '',
  '',
  '_sort=_id',
  '_sort=-_lastUpdated',
  '_sort=-_id,_lastUpdated',
);

const typeSearch = fc.constantFrom(...WORLD_TYPES).chain((type) =>
  fc.record({
    types: fc.constant<readonly WorldType[]>([type]),
    conditions: worldSearch(type),
    includes: worldIncludes(type),
  }),
);
const systemSearch = fc.record({
  types: fc.subarray([...WORLD_TYPES], { minLength: 2 }),
  conditions: fc.subarray(['_id=a,b', '_lastUpdated=ge2024', '_list=a', '_id:missing=false']),
  includes: worldIncludes('Patient').map((list) => list.filter((one) => one.includes(':iterate'))),
});
const ask = fc.record({
  search: fc.oneof({ weight: 9, arbitrary: typeSearch }, { weight: 1, arbitrary: systemSearch }),
  policy: worldPolicy,
  sort: sorting,
  count: fc.constantFrom(1, 2, 50),
  total: fc.constantFrom('accurate', 'estimate'),
  /** With 0 every chain is asked of each row instead of listed; most lead to more than one. */
  listed: fc.constantFrom(0, 1, 1000),
});

const OPTIONS = { defaultCount: 50, maxCount: 50, baseUrls: [WORLD_BASE.slice(0, -1)] };

/** Somebody to whom each type is shown as a policy's criteria say. */
function seeing(shown: Readonly<Record<WorldType, readonly string[] | 'nothing'>>): {
  readonly context: AccessContext;
  readonly sees: (type: string) => SearchExpression;
} {
  const byType = new Map<string, SearchExpression>();
  for (const type of WORLD_TYPES) {
    const criteria = shown[type];
    if (criteria === 'nothing') continue;
    const query = parseQuery(criteria.join('&'));
    byType.set(type, parseSearch(definitions, type, query, { ...OPTIONS, alone: true }).where);
  }
  const sees = (type: string): SearchExpression => byType.get(type) ?? NONE;
  const interactions = new Set<PolicyInteraction>(['search']);
  const policy: CompiledPolicy = {
    rules: (type): readonly PolicyRule[] =>
      byType.has(type) ? [{ id: `test#${type}`, interactions, where: sees(type) }] : [],
    where: (type) => sees(type),
    aggregates: () => [],
    operation: () => undefined,
  };
  const context = principalSeeing(ALL);
  return { context: { ...context, principal: { ...context.principal, policy } }, sees };
}

const key = ({ type, id }: { readonly type: string; readonly id: string }): string =>
  `${type}/${id}`;

/** The resources that somebody may search, and nothing else: what a search is meant to be a search of. */
function visibleWorld(
  all: readonly IndexedResource[],
  sees: (type: string) => SearchExpression,
): SearchWorld & { readonly all: readonly IndexedResource[] } {
  const visible = all.filter((resource) => matches(sees(resource.type), resource));
  return { all: visible, resources: (type) => visible.filter((one) => one.type === type) };
}

/** Includes of a page, straight from their definition: go on until nothing new comes. */
function expectedIncludes(
  page: readonly IndexedResource[],
  directives: readonly IncludeDirective[],
  visible: readonly IndexedResource[],
): ReadonlySet<string> {
  const there = new Map(page.map((one) => [key(one), one]));
  let last = page;
  for (let round = 0; last.length > 0; round += 1) {
    const active = directives.filter(({ iterate }) => iterate || round === 0);
    const added = visible.filter(
      (candidate) =>
        !there.has(key(candidate)) &&
        active.some((directive) => last.some((one) => leads(directive, one, candidate))),
    );
    for (const one of added) there.set(key(one), one);
    last = added;
  }
  return new Set([...there.keys()].filter((one) => !page.some((match) => key(match) === one)));
}

function leads(
  { direction, source, param, target }: IncludeDirective,
  from: IndexedResource,
  to: IndexedResource,
): boolean {
  const [holder, referred] = direction === 'include' ? [from, to] : [to, from];
  if (source !== '*' && holder.type !== source) return false;
  if (target !== undefined && referred.type !== target) return false;
  const targets = (code: string): readonly string[] =>
    definitions.searchParameters(holder.type).get(code)?.targets ?? [];
  const parameters = param === '*' ? new Set(holder.values.map((value) => value.param)) : [param];
  return [...parameters].some(
    (code) =>
      refersTo(holder, code, referred) &&
      (direction === 'include' ||
        targets(code).length === 0 ||
        targets(code).includes(referred.type)),
  );
}

/** Stores a world, and deletes every fifth resource of it again, so that some references lead to what is gone. */
async function store(
  resources: readonly WorldResource[],
  gone: number,
): Promise<readonly IndexedResource[]> {
  await opened.clear();
  const everybody = principalSeeing(ALL);
  const stored: IndexedResource[] = [];
  for (const [n, resource] of resources.entries()) {
    opened.now = Date.UTC(2024, 5, 1) + (n % 5) * 1000;
    const json = resource as JsonResource;
    await updateResource(opened.store, everybody, resource.id, { resource: json, exact: json });
    if (n % 5 === gone) {
      await deleteResource(opened.store, everybody, json.resourceType, resource.id);
    } else {
      stored.push(indexed(opened.store, json, resource.id, opened.now));
    }
  }
  return stored;
}

/** Reads a search of one type or several. */
function parsed(types: readonly WorldType[], query: readonly string[]): readonly SearchRequest[] {
  const parameters = parseQuery(query.filter((part) => part !== '').join('&'));
  const [type = 'Patient', second] = types;
  return second === undefined
    ? [parseSearch(definitions, type, parameters, OPTIONS)]
    : parseSystemSearch(definitions, types, parameters, OPTIONS);
}

async function pagesOf(
  clinical: ClinicalStore,
  context: AccessContext,
  requests: readonly SearchRequest[],
): Promise<readonly SearchPage[]> {
  const [only, second] = requests;
  const fetch = (cursor: object): Promise<SearchPage> =>
    only !== undefined && second === undefined
      ? searchResources(clinical, context, { ...only, ...cursor })
      : searchSystem(
          clinical,
          context,
          requests.map((request) => ({ ...request, ...cursor })),
        );
  const pages = [await fetch({})];
  for (let last = pages[0]; last?.next !== undefined; last = pages.at(-1)) {
    pages.push(await fetch({ cursor: last.next }));
  }
  return pages;
}

describe(`FHIR R4 search#chaining: ${String(WORLDS * SEARCHES)} random searches of random worlds under random policies`, () => {
  test('chains, _has, _list, _filter, includes, pages and totals are those of the world that the policy shows', async () => {
    let asked = 0;
    let found = 0;
    let included = 0;
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.array(ask, { minLength: SEARCHES, maxLength: SEARCHES }),
        fc.nat({ max: 4 }),
        async (resources, asks, gone) => {
          const all = await store(resources, gone);
          const byKey = new Map(all.map((one) => [key(one), one]));
          for (const { search, policy, sort, count, total, listed } of asks) {
            asked += 1;
            const { context, sees } = seeing(policy);
            const shown = search.types.filter((type) => policy[type] !== 'nothing');
            // Asking for nothing that may be searched is refused, which other tests are about.
            if (shown.length === 0) continue;
            const requests = parsed(search.types, [
              ...search.conditions,
              ...search.includes,
              sort,
              `_count=${String(count)}`,
              `_total=${total}`,
            ]);
            const view = visibleWorld(all, sees);
            const expected = view.all
              .filter((one) =>
                requests.some(({ type, where }) => type === one.type && matches(where, one, view)),
              )
              .map(key);
            const pages = await pagesOf(
              { ...opened.store, listedLinks: listed },
              context,
              requests,
            );
            const question = JSON.stringify({ search, policy, listed });
            const ids = pages.flatMap(({ entries }) =>
              entries.map(({ type = search.types[0] ?? '', id }) => `${type}/${id}`),
            );
            expect({ question, ids: ids.toSorted(), total: pages[0]?.total }).toEqual({
              question,
              ids: expected.toSorted(),
              total: expected.length,
            });
            found += ids.length;
            const directives = requests[0]?.includes ?? [];
            for (const page of directives.length === 0 ? [] : pages) {
              const matched = page.entries.flatMap(
                ({ type = search.types[0] ?? '', id }) => byKey.get(`${type}/${id}`) ?? [],
              );
              const extra = (page.included ?? []).map(key);
              expect({ question, extra: extra.toSorted() }).toEqual({
                question,
                extra: [...expectedIncludes(matched, directives, view.all)].toSorted(),
              });
              included += extra.length;
            }
          }
        },
      ),
      { numRuns: WORLDS, endOnFailure: true },
    );
    expect(asked).toBe(WORLDS * SEARCHES);
    // Searches that never find anything would prove nothing.
    expect(found).toBeGreaterThan(asked / 4);
    // Some worlds hold hardly anything to include, so that their sum is between a fortieth and a tenth of the searches.
    expect(included).toBeGreaterThan(asked / 100);
  }, 300_000);
});
