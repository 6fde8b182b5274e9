import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { and, type SearchExpression } from '../../../src/search/expression.ts';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import type { Definitions } from '../../../src/definitions/model.ts';
import type { JsonResource } from '../../../src/storage/content.ts';
import { indexed } from '../../../src/storage/repository/judging/stored.ts';
import { updateResource } from '../../../src/storage/repository/writing/write.ts';
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
const identifier = fc.record(
  {
    type: fc.constantFrom(
      { coding: [{ system: 'urn:v2', code: 'MR' }] },
      { coding: [{ system: 'http://v2.example/0203', code: 'MR' }], text: 'Fallnummer' },
    ),
    system: fc.constantFrom('urn:s', 'urn:t'),
    value: fc.constantFrom('x', 'y', 'a|b'),
  },
  { requiredKeys: ['value'] },
);
const identified = fc.record(
  { reference: fc.constantFrom('Patient/a', 'Device/a'), identifier },
  { requiredKeys: ['identifier'] },
);
const coding = fc.record(
  {
    system: fc.constantFrom('urn:s', 'urn:t'),
    code: fc.constantFrom('x', 'y', 'X'),
    display: fc.constantFrom('Herzfrequenz', 'Größe = Länge', 'Puls, links'),
  },
  { requiredKeys: ['code'] },
);
const concept = fc.record(
  { coding: fc.array(coding, { maxLength: 2 }), text: fc.constantFrom('Körpergröße', 'herz') },
  { requiredKeys: ['coding'] },
);
const dateTime = fc.constantFrom(
  '2024',
  '2024-02',
  '2024-02-29',
  '2024-02-29T12:00:00Z',
  '2024-02-29T23:30:00-05:00',
);
const quantity = fc.record(
  {
    value: fc.constantFrom(1, 1.5, 2, -1, 0.001, 0.0015, 1000, 37, 98.6, 310.15),
    comparator: fc.constantFrom('<', '>='),
    unit: fc.constantFrom('mg', 'kg'),
    system: fc.constantFrom('http://unitsofmeasure.org', 'urn:units'),
    code: fc.constantFrom('mg', 'kg', 'g', 'Cel', '[degF]', 'K', 'Unfug'),
  },
  { requiredKeys: ['value'] },
);
const observation = fc.record(
  {
    resourceType: fc.constant('Observation'),
    status: fc.constantFrom('final', 'amended'),
    code: concept,
    identifier: fc.array(identifier, { maxLength: 2 }),
    meta: fc.record({
      profile: fc.uniqueArray(
        fc.constantFrom(
          'http://p.example/fhir/StructureDefinition/a',
          'http://p.example/fhir/StructureDefinition/b|1.0',
          'http://p.example/fhirx',
          'urn:oid:1.2',
        ),
        { maxLength: 2 },
      ),
      source: fc.constantFrom('http://p.example/fhir', 'http://p.example/fhir/app#1'),
    }),
    subject: fc.oneof(reference, identified),
    performer: fc.array(reference, { maxLength: 2 }),
    category: fc.array(concept, { maxLength: 2 }),
    effectiveDateTime: dateTime,
    effectivePeriod: fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] }),
    valueQuantity: quantity,
    valueString: fc.constantFrom('Müller', 'muller', 'a%b'),
    valueCodeableConcept: concept,
    component: fc.array(
      fc.record(
        { code: concept, valueQuantity: quantity, valueCodeableConcept: concept },
        { requiredKeys: ['code'] },
      ),
      { maxLength: 2 },
    ),
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
  'value-quantity=1|http://unitsofmeasure.org|g',
  'value-quantity=gt0.0014|http://unitsofmeasure.org|g',
  'value-quantity=le1000|http://unitsofmeasure.org|mg',
  'value-quantity=37|http://unitsofmeasure.org|Cel',
  'value-quantity=ap310|http://unitsofmeasure.org|K',
  'value-quantity=98.6|http://unitsofmeasure.org|[degF]',
  'value-quantity=1|http://unitsofmeasure.org|Unfug',
  'value-quantity=ne1|urn:units|mg',
  'component-value-quantity=ge1|http://unitsofmeasure.org|mg',
  'code-value-quantity=x$gt1',
  'code-value-quantity=urn:s|x$le1|http://unitsofmeasure.org|g',
  'combo-code-value-quantity=x$gt1,y$1.5||mg',
  'combo-code-value-quantity=urn:s|x$ge0.001|http://unitsofmeasure.org|g',
  'component-code-value-quantity=x$ne1',
  'component-code-value-quantity=|x$lt2|http://unitsofmeasure.org|kg',
  'code-value-string=x$mu',
  'code-value-concept=x$y',
  'component-code-value-concept=x$urn:s|y',
  'combo-code-value-concept=x$y',
  'code:text=herz',
  'code:text=KORPER',
  'code:text=%3D l',
  'combo-code:text=puls, l',
  'category:text=frequenz',
  'identifier:text=fall',
  'identifier:of-type=urn:v2|MR|x',
  'identifier:of-type=http://v2.example/0203|MR|a\\|b',
  'identifier=urn:s|',
  'status=http://hl7.org/fhir/observation-status|final',
  'status=http://hl7.org/fhir/observation-status|',
  'status=urn:s|final',
  'subject:identifier=urn:s|x',
  'subject:identifier=y',
  'subject=Patient/a/_history/1',
  '_profile=http://p.example/fhir/StructureDefinition/b',
  '_profile=http://p.example/fhir/StructureDefinition/b|1.0',
  '_profile:below=http://p.example/fhir',
  '_profile:below=http://p.example/fhir/',
  '_profile:above=http://p.example/fhir/StructureDefinition/a/x',
  '_source:below=http://p.example',
  '_source:above=http://p.example/fhir/app',
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
  '_sort=status,-code',
  '_sort=-patient,date',
  '_sort=subject,_profile',
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

describe(`FHIR R4 search: ${String(DATA_SETS * SEARCHES)} random searches of Observations under random policies`, () => {
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
