import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { and, type SearchExpression, type SortKey } from '../../../src/search/expression.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import { normalise } from '../../../src/search/rewriters/normalise.ts';
import { indexed } from '../../../src/storage/repository/judging/stored.ts';
import { createResource, updateResource } from '../../../src/storage/repository/writing/write.ts';
import {
  allPages,
  principalSeeing,
  type StandaloneStore,
  standaloneStore,
} from '../../support/clinical-store.ts';
import {
  indexedResource,
  OBSERVATION,
  RISK_ASSESSMENT,
  searchExpression,
  type SearchUniverse,
} from '../../support/search-arbitraries.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';

/** Data sets, and questions asked about each: their product is the number of cases. */
const DATA_SETS = 30;
const QUESTIONS = 20;

let opened: StandaloneStore;
/** What the extractor says of each resource: here the index values come first, and the resource follows from them. */
const facts = new Map<string, IndexedResource>();

beforeAll(async () => {
  opened = await standaloneStore(searchDefinitions, {
    extract: ({ id }) => facts.get(id ?? '') ?? { values: [], patients: [] },
  });
}, 60_000);
afterAll(() => opened.close(), 30_000);

const EVERYBODY = principalSeeing({ kind: 'all' });

async function store(resources: readonly IndexedResource[]): Promise<readonly IndexedResource[]> {
  await opened.clear();
  facts.clear();
  for (const fact of resources) {
    facts.set(fact.id, fact);
    opened.now = fact.lastUpdated;
    const resource = { resourceType: fact.type, id: fact.id };
    await updateResource(opened.store, EVERYBODY, fact.id, { resource, exact: resource });
  }
  return resources.map(({ type, id, lastUpdated }) =>
    indexed(opened.store, { resourceType: type, id }, id, lastUpdated),
  );
}

/** Up to twelve resources; the ids are distinct. */
const dataSet = (universe: SearchUniverse) =>
  fc
    .array(indexedResource(universe), { minLength: 1, maxLength: 12 })
    .map((list) => list.map((item, n) => (n < 4 ? item : { ...item, id: `r${n}` })))
    .map((list) => [...new Map(list.map((item) => [item.id, item])).values()]);

function question(universe: SearchUniverse) {
  const keys = [...universe.string, ...universe.date, ...universe.number, ...universe.quantity];
  return fc.record({
    where: searchExpression(universe).map(normalise),
    policy: fc.oneof(
      fc.constant<SearchExpression>({ kind: 'all' }),
      searchExpression(universe).map(normalise),
    ),
    count: fc.constantFrom(1, 2, 3, 100),
    sort: fc.array(
      fc.record({
        param: fc.constantFrom('_id', '_lastUpdated', ...keys),
        descending: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
  });
}

interface Question {
  readonly where: SearchExpression;
  readonly policy: SearchExpression;
  readonly count: number;
  readonly sort: readonly SortKey[];
}

async function check(
  type: string,
  resources: readonly IndexedResource[],
  { where, policy, count, sort }: Question,
): Promise<void> {
  const expected = resources
    .filter((resource) => matches(and(where, policy), resource))
    .map(({ id }) => id)
    .toSorted();
  const found = await allPages(opened.store, principalSeeing(policy), {
    type,
    where,
    sort,
    count,
    total: 'accurate',
    used: [],
  });
  // Sorted only after the pages have been followed: a page too many or too few shows as a wrong list.
  expect({ ids: found.ids.toSorted(), total: found.total }).toEqual({
    ids: expected,
    total: expected.length,
  });
}

describe(`SQL and memory agree: ${String(DATA_SETS * QUESTIONS)} random questions for each type`, () => {
  test.each([
    ['Observation', OBSERVATION],
    ['RiskAssessment', RISK_ASSESSMENT],
  ])(
    '%s: expression, policy, pages and total',
    async (type, universe) => {
      const questions = fc.array(question(universe), {
        minLength: QUESTIONS,
        maxLength: QUESTIONS,
      });
      let asked = 0;
      await fc.assert(
        fc.asyncProperty(dataSet(universe), questions, async (resources, list) => {
          const stored = await store(resources);
          for (const one of list) {
            await check(type, stored, one);
            asked += 1;
          }
        }),
        { numRuns: DATA_SETS, endOnFailure: true },
      );
      expect(asked).toBe(DATA_SETS * QUESTIONS);
    },
    300_000,
  );

  test('rows without any value and rows that were deleted are counted right', async () => {
    const none = { type: 'Observation', lastUpdated: 0, values: [], patients: [] };
    const stored = await store([
      { ...none, id: 'x' },
      { ...none, id: 'y' },
    ]);
    const resource = { resourceType: 'Observation' };
    await createResource(opened.store, EVERYBODY, { resource, exact: resource });
    await check('Observation', stored, {
      where: { kind: 'id', ids: ['x', 'y'] },
      policy: { kind: 'not', operand: { kind: 'token', param: 'code', code: 'a' } },
      count: 1,
      sort: [{ param: 'date', descending: true }],
    });
  });
});
