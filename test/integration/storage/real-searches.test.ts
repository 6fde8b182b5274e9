import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { and, type SearchExpression } from '../../../src/search/expression.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import type { Definitions } from '../../../src/fhir/definitions/model.ts';
import type { JsonResource } from '../../../src/storage/content.ts';
import { indexed } from '../../../src/storage/repository/stored.ts';
import { updateResource } from '../../../src/storage/repository/write.ts';
import {
  allPages,
  principalSeeing,
  realDefinitions,
  type StandaloneStore,
  standaloneStore,
} from '../../support/clinical-store.ts';

/** Data sets, and searches of each: their product is the number of cases. */
const DATA_SETS = 25;
const SEARCHES = 24;
const BASE = 'http://test.example/fhir/';

let opened: StandaloneStore;
let definitions: Definitions;

beforeAll(async () => {
  definitions = await realDefinitions();
  opened = await standaloneStore(
    definitions,
    createIndexExtractor(definitions, { localBases: [BASE] }),
  );
}, 60_000);
afterAll(() => opened.close(), 30_000);

const reference = fc
  .constantFrom(
    'Patient/a',
    'Patient/b',
    'Patient/a/_history/1',
    `${BASE}Patient/a`,
    'https://elsewhere.example/fhir/Patient/a',
    'Group/a',
    'Device/a',
    'Practitioner/a',
    '#a',
    'urn:uuid:a',
  )
  .map((text) => ({ reference: text }));
const coding = fc.record(
  { system: fc.constantFrom('urn:s', 'urn:t'), code: fc.constantFrom('x', 'y', 'X') },
  { requiredKeys: ['code'] },
);
const concept = fc.array(coding, { maxLength: 2 }).map((list) => ({ coding: list }));
const dateTime = fc.constantFrom(
  '2024',
  '2024-02',
  '2024-02-29',
  '2024-02-29T12:00:00Z',
  '2024-02-29T23:30:00-05:00',
);
const quantity = fc.record(
  {
    value: fc.constantFrom(1, 1.5, 2, -1),
    unit: fc.constantFrom('mg', 'kg'),
    system: fc.constant('http://unitsofmeasure.org'),
    code: fc.constantFrom('mg', 'kg'),
  },
  { requiredKeys: ['value'] },
);
const observation = fc.record(
  {
    resourceType: fc.constant('Observation'),
    status: fc.constantFrom('final', 'amended'),
    code: concept,
    subject: reference,
    performer: fc.array(reference, { maxLength: 2 }),
    category: fc.array(concept, { maxLength: 2 }),
    effectiveDateTime: dateTime,
    effectivePeriod: fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] }),
    valueQuantity: quantity,
    valueString: fc.constantFrom('Müller', 'muller', 'a%b'),
    component: fc.array(fc.record({ code: concept, valueQuantity: quantity }), { maxLength: 2 }),
  },
  { requiredKeys: ['resourceType', 'status', 'code'] },
);

const parameter = fc.constantFrom(
  'subject=Patient/a',
  'subject=a',
  'patient=a',
  'patient=Patient/b',
  'subject:Patient=a',
  'subject=Group/a',
  'patient=https://elsewhere.example/fhir/Patient/a',
  `subject=${BASE}Patient/a`,
  'performer=Practitioner/a',
  'performer=Patient/a',
  'subject:missing=true',
  'patient:missing=true',
  'patient:missing=false',
  'subject=urn:uuid:a',
  'code=x',
  'code=urn:s|x',
  'code=urn:s|',
  'code=|x',
  'code=X',
  'code:not=x',
  'code:missing=true',
  'code=x,y',
  'combo-code=y',
  'component-code=x',
  'category=urn:t|y',
  'status=final',
  'status:not=final',
  'date=2024',
  'date=2024-02-29',
  'date=ge2024-02-29',
  'date=lt2024-02-29',
  'date=ne2024-02',
  'date=sa2024-02-28',
  'date=eb2024-03',
  'date:missing=true',
  'date:missing=false',
  'date=ap2024-02-29',
  'date=gt2024-02-29T12:00:00Z',
  'date=ge2024-02&date=lt2024-03',
  'value-quantity=1',
  'value-quantity=gt1',
  'value-quantity=1.5||mg',
  'value-quantity=1|http://unitsofmeasure.org|mg',
  'combo-value-quantity=2',
  'value-quantity:missing=true',
  'value-string=mull',
  'value-string:exact=Müller',
  'value-string:contains=%25',
  '_id=r1,r2',
  '_compartment=Patient/a',
);
const sorting = fc.constantFrom(
  '',
  '_sort=date',
  '_sort=-date',
  '_sort=-date,_id',
  '_sort=value-string,-_lastUpdated',
  '_sort=-value-quantity',
);

const ask = fc.record({
  conditions: fc.array(parameter, { maxLength: 3 }),
  policy: fc.array(parameter, { maxLength: 2 }),
  sort: sorting,
  count: fc.constantFrom(1, 3, 50),
});

function parsed(query: readonly string[]) {
  return parseSearch(
    definitions,
    'Observation',
    parseQuery(query.filter((part) => part !== '').join('&')),
    {
      defaultCount: 50,
      maxCount: 50,
      baseUrls: [BASE.slice(0, -1)],
    },
  );
}

describe(`[R-074] FHIR R4 search: ${String(DATA_SETS * SEARCHES)} random searches of Observations under random policies`, () => {
  test('SQL finds what the same expression finds in memory, every page once, and counts it', async () => {
    const everybody = principalSeeing({ kind: 'all' });
    let found = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(observation, { minLength: 4, maxLength: 10 }),
        fc.array(ask, { minLength: SEARCHES, maxLength: SEARCHES }),
        async (resources, asks) => {
          await opened.clear();
          opened.now = Date.UTC(2024, 5, 1);
          const stored: IndexedResource[] = [];
          for (const [n, content] of resources.entries()) {
            const id = `r${String(n)}`;
            const resource = { ...content, id } as JsonResource;
            await updateResource(opened.store, everybody, id, { resource, exact: resource });
            stored.push(indexed(opened.store, resource, id, opened.now));
          }
          for (const { conditions, policy, sort, count } of asks) {
            const seen: SearchExpression = parsed(policy).where;
            const request = parsed([
              ...conditions,
              sort,
              `_count=${String(count)}`,
              '_total=accurate',
            ]);
            const expected = stored
              .filter((resource) => matches(and(request.where, seen), resource))
              .map(({ id }) => id);
            const { ids, total } = await allPages(opened.store, principalSeeing(seen), request);
            expect({ ids: ids.toSorted(), total }).toEqual({
              ids: expected.toSorted(),
              total: expected.length,
            });
            found += ids.length;
            asked += 1;
          }
        },
      ),
      { numRuns: DATA_SETS, endOnFailure: true },
    );
    expect(asked).toBe(DATA_SETS * SEARCHES);
    // Searches that never find anything would prove nothing.
    expect(found).toBeGreaterThan(asked / 2);
  }, 300_000);
});
