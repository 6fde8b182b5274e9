import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { structurePlans } from '../../../src/definitions/structure-plan.ts';
import { readXml } from '../../../src/fhir/xml/read.ts';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { r4Definitions } from '../xml/definitions.ts';
import { features, hasCatalogue } from './catalogue.ts';
import { SEARCH_PARAMETERS, TEST_DATA } from './test-data.ts';

/** Stage, module, and the requests of it that are sent. */
const MODULES = [
  ['Stufe5', 'Basis', 150],
  ['Stufe5', 'Dokumentenaustausch', 12],
  ['Stufe5', 'Terminplanung', 34],
] as const;

/** The data is that of stage 5, so that of the searches of stage 3 many find nothing; they are understood all the same. */
const OLDER_MODULES = [
  ['Stufe3', 'Basis', 111],
  ['Stufe3', 'Dokumentenaustausch', 9],
  ['Stufe3', 'Terminplanung', 27],
  ['Stufe3', 'Vitalparameter', 10],
  ['Stufe3', 'Medikation', 51],
] as const;

const STORED = new Set(TEST_DATA.map(({ resourceType, id }) => `${resourceType}/${id}`));

/** Searches, and reads of what is there; gematik's operations and what its suite writes are no matter of this server. */
function isSent(request: string): boolean {
  return request.includes('/?') || STORED.has(request);
}

/** Searches that have to find nothing in the data that the suite describes. */
const FINDS_NOTHING = new Set([
  'Condition/?_id=Condition-Read-Active-Example&clinical-status=http://terminology.hl7.org/CodeSystem/condition-clinical%7Cinactive',
  // The encounters begin on 6 January, and the planned one has no period yet.
  'Encounter/?date=2026-01-05',
  'Encounter/?end-date=le2026-01-05',
  'Encounter/?date-start=ge2026-01-14',
  // Müßtermánn is written with two s without its accents.
  'Patient/?_id=Patient-Read-Extended-Example&family:contains=Mustermann',
]);

/** Parameters without a value, which are ignored and so not repeated. */
const EMPTY = /[?&][\w-]+=?(?=&|$)/g;

const note = skipNote(hasCatalogue ? undefined : NO_OFFICIAL_DATA);
const isikTest = hasCatalogue ? test : test.skip;

let server: TestServer;
let full: FhirClient;
let plans: ReturnType<typeof structurePlans>;

beforeAll(async () => {
  if (!hasCatalogue) return;
  plans = structurePlans(await r4Definitions());
  server = await startTestServer({ settings: ['search.unknownParameters=ignore'] });
  full = server.as('full');
  for (const resource of [...SEARCH_PARAMETERS, ...TEST_DATA]) {
    const { resourceType, id } = resource as { resourceType: string; id: string };
    const answer = await full.put(`${resourceType}/${id}`, resource);
    expect([id, answer.status, answer.status < 300 ? '' : answer.text]).toEqual([id, 201, '']);
  }
  // The SearchParameters of ISiK are indexed in the background.
  for (const search of [
    'Encounter?date-start=x',
    'Encounter?end-date=x',
    'Condition?related=x',
    'DocumentReference?creation=x',
  ])
    while ((await full.get(search)).codes().includes('SEARCH_PARAMETER_INDEXING')) await sleep(50);
}, 240_000);

afterAll(async () => {
  if (hasCatalogue) await server.close();
}, 60_000);

interface SearchBundle {
  readonly resourceType: string;
  readonly total?: number;
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly unknown[];
}

/** What is wrong with the answers to a request, in both formats. */
async function faults(request: string, finds: boolean): Promise<readonly string[]> {
  const found: string[] = [];
  const json = await full.get(request, { accept: 'application/fhir+json' });
  const xml = await full.get(request, { accept: 'application/fhir+xml' });
  for (const [kind, answer] of [
    ['json', json],
    ['xml', xml],
  ] as const) {
    const type = answer.headers.get('content-type') ?? '';
    if (answer.status !== 200) found.push(`${kind}: ${String(answer.status)} ${answer.text}`);
    if (!new RegExp(`^application/fhir\\+${kind};.*charset=utf-8`, 'i').test(type))
      found.push(`${kind}: Content-Type ${type}`);
  }
  if (found.length > 0) return found;
  const body = json.json<SearchBundle>();
  const fromXml = readXml(plans, xml.text).value as SearchBundle;
  if (!isDeepStrictEqual(withoutMeta(body), withoutMeta(fromXml)))
    found.push('JSON and XML differ');
  return request.includes('?') ? [...found, ...searchFaults(request, body, finds)] : found;
}

function searchFaults(
  request: string,
  { resourceType, total, link, entry }: SearchBundle,
  finds: boolean,
): readonly string[] {
  const found: string[] = [];
  if (resourceType !== 'Bundle') found.push(`a ${resourceType} and no Bundle`);
  const nothing = FINDS_NOTHING.has(request);
  if (finds && (nothing ? total !== 0 : !(total !== undefined && total > 0)))
    found.push(`total is ${String(total)}`);
  if (entry?.length !== (total === 0 ? undefined : total)) found.push('total is not the number');
  const self = link?.find(({ relation }) => relation === 'self')?.url ?? '';
  const asked = new URLSearchParams(request.slice(request.indexOf('?')).replaceAll(EMPTY, ''));
  const used = new URL(self).searchParams;
  for (const [name, value] of asked) {
    // There is no geography here; a server says that it left a parameter out by not repeating it.
    if (name !== 'near' && !used.getAll(name).includes(value)) found.push(`self lacks ${name}`);
  }
  return found;
}

/** Bundles are made anew for each answer, with an id and a time of their own. */
function withoutMeta(bundle: SearchBundle): object {
  if (bundle.resourceType !== 'Bundle') return bundle;
  const { id: _id, meta: _meta, ...rest } = bundle as unknown as Record<string, unknown>;
  return rest;
}

describe('gematik ISiK test suite 2.4.0: its requests in JSON and in XML', () => {
  for (const [stage, module, count] of [...MODULES, ...OLDER_MODULES]) {
    isikTest(
      `${stage} ${module}${note}`,
      async () => {
        const requests = new Set(features(stage, module).flatMap((feature) => feature.requests));
        const failed: Record<string, readonly string[]> = {};
        let sent = 0;
        for (const request of requests) {
          if (!isSent(request)) continue;
          const wrong = await faults(request, stage === 'Stufe5');
          if (wrong.length > 0) failed[request] = wrong;
          sent += 1;
        }
        expect(failed).toEqual({});
        expect(sent).toBe(count);
      },
      240_000,
    );
  }

  isikTest(`interactions and parameters are declared, with their types${note}`, async () => {
    interface Declared {
      readonly type: string;
      readonly interaction: readonly { readonly code: string }[];
      readonly searchParam?: readonly { readonly name: string; readonly type: string }[];
    }
    const statement = await server.anonymous().get('metadata');
    const { rest } = statement.json<{ rest: { resource: Declared[] }[] }>();
    const declared = new Map(rest[0]?.resource.map((resource) => [resource.type, resource]));
    const missing: string[] = [];
    for (const [stage, module] of MODULES) {
      for (const { name, interactions, parameters } of features(stage, module)) {
        for (const { code, type } of interactions) {
          if (!declared.get(type)?.interaction.some((one) => one.code === code) && code !== 'book')
            missing.push(`${name}: ${code}`);
        }
        const type = /\/(\w+)-/.exec(name)?.[1] ?? '';
        for (const parameter of parameters) {
          // Optional, and of geography, which this server knows nothing of.
          if (parameter.code === 'near') continue;
          const found = declared.get(type)?.searchParam ?? [];
          if (!found.some((one) => one.name === parameter.code && one.type === parameter.type))
            missing.push(`${type}?${parameter.code} (${parameter.type})`);
        }
      }
    }
    expect(missing).toEqual([]);
  });

  isikTest(`links to pages do not hold what was searched for${note}`, async () => {
    const seen: string[] = [];
    let url: string | undefined = 'Patient/?family:contains=Mustermann&_count=1&_format=xml';
    while (url !== undefined) {
      const bundle: SearchBundle = readXml(plans, (await full.get(url)).text).value as SearchBundle;
      const links = bundle.link ?? [];
      for (const { relation, url: page } of links) {
        if (relation !== 'self') expect(page).toMatch(/\/Patient\?_cursor=[\w-]+&_format=xml$/);
      }
      seen.push(...(bundle.entry ?? []).map((entry) => JSON.stringify(entry)));
      url = links.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(2);
  });
});
