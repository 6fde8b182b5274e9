import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  await full.put('Patient/neg', { resourceType: 'Patient', id: 'neg', active: true });
}, 120_000);

afterAll(async () => {
  await server.close();
}, 30_000);

describe('FHIR R4 http#mime-type', () => {
  test.each([
    ['an unknown format', 'Patient/neg', { accept: 'application/fhir+turtle' }, 406],
    [
      'another version of FHIR',
      'Patient/neg',
      { accept: 'application/fhir+json; fhirVersion=3.0' },
      406,
    ],
    [
      'our version of FHIR',
      'Patient/neg',
      { accept: 'application/fhir+json; fhirVersion=4.0' },
      200,
    ],
    [
      'parameters that nobody knows',
      'Patient/neg',
      { accept: 'application/fhir+json; nobody=knows' },
      200,
    ],
    ['_format against Accept', 'Patient/neg?_format=xml', { accept: 'application/pdf' }, 200],
    [
      '_format that is not served',
      'Patient/neg?_format=ttl',
      { accept: 'application/fhir+json' },
      406,
    ],
    ['the search', 'Patient?_id=neg', { accept: 'application/pdf' }, 406],
  ])('%s', async (_, path, headers, status) => {
    const answer = await full.get(path, headers);
    expect(answer.status).toBe(status);
    if (status === 406) expect(answer.codes()).toEqual(['FHIR_NOT_ACCEPTABLE']);
  });

  test.each([
    ['text/plain', 415],
    ['application/fhir+json; fhirVersion=3.0', 415],
    ['application/fhir+xml; fhirVersion=3.0', 415],
    ['application/fhir+json; fhirVersion=4.0; nobody=knows', 201],
    ['application/json+fhir', 201],
    ['text/json;charset=UTF-8', 201],
  ])('Content-Type: %s', async (type, status) => {
    const answer = await full.post('Patient', '{"resourceType":"Patient","active":true}', {
      'content-type': type,
    });
    expect(answer.status).toBe(status);
  });

  test('both formats name their charset', async () => {
    for (const kind of ['json', 'xml']) {
      const answer = await full.get(`Patient/neg?_format=${kind}`);
      expect(answer.headers.get('content-type')).toMatch(
        new RegExp(`^application/fhir\\+${kind}; charset=utf-8$`),
      );
    }
  });

  test('the form of a search by POST may name the format', async () => {
    const answer = await full.post('Patient/_search', '_id=neg&_format=xml', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.text).toContain('<Bundle xmlns="http://hl7.org/fhir">');
  });

  test('_pretty in both formats; without it the stored text goes out as it is', async () => {
    const plain = await full.get('Patient/neg');
    expect(plain.text).not.toContain('\n');
    const json = await full.get('Patient/neg?_pretty=true');
    expect(json.text).toBe(JSON.stringify(plain.json(), undefined, 2));
    const xml = await full.get('Patient/neg?_pretty=true&_format=xml');
    expect(xml.text).toMatch(
      /\n<Patient xmlns="http:\/\/hl7.org\/fhir">\n {2}<id value="neg"\/>\n/,
    );
  });
});

interface Page {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: { readonly id: string } }[];
}

describe('FHIR R4 http#paging: links', () => {
  const linkOf = (page: Page, relation: string): string | undefined =>
    page.link.find((link) => link.relation === relation)?.url;
  const get = async (url: string, client = full): Promise<Page> =>
    (await client.get(url)).json<Page>();
  const ids = (page: Page): readonly string[] =>
    page.entry?.map(({ resource }) => resource.id) ?? [];

  beforeAll(async () => {
    for (let number = 1; number <= 5; number += 1) {
      const id = `page-${String(number)}`;
      await full.put(`Observation/${id}`, { ...observation('neg'), id });
    }
  }, 60_000);

  test('only the first self link says what was searched for; next, first and previous do not', async () => {
    const first = await get('Observation?subject=Patient/neg&_count=2');
    expect(linkOf(first, 'self')).toMatch(/Observation\?subject=Patient%2Fneg&_count=2$/);
    expect(ids(first)).toEqual(['page-1', 'page-2']);
    const second = await get(linkOf(first, 'next') ?? '');
    expect(ids(second)).toEqual(['page-3', 'page-4']);
    const third = await get(linkOf(second, 'next') ?? '');
    expect(ids(third)).toEqual(['page-5']);
    expect(linkOf(third, 'next')).toBeUndefined();
    for (const page of [second, third])
      for (const { url } of page.link) expect(url).toMatch(/\/Observation\?_cursor=[\w-]+$/);
    expect(linkOf(first, 'next')).toMatch(/\/Observation\?_cursor=[\w-]+$/);

    const back = await get(linkOf(third, 'previous') ?? '');
    expect(ids(back)).toEqual(ids(second));
    const start = await get(linkOf(back, 'previous') ?? '');
    expect(ids(start)).toEqual(ids(first));
    expect(linkOf(start, 'previous')).toBeUndefined();
    expect(ids(await get(linkOf(third, 'first') ?? ''))).toEqual(ids(first));
    expect(ids(await get(linkOf(third, 'self') ?? ''))).toEqual(ids(third));
  });

  test('the ledger has the search of every page', async () => {
    const first = await get('Observation?subject=Patient/neg&_count=2');
    const head = await server.auditHead();
    await get(linkOf(first, 'next') ?? '');
    const rows = await server.audit(head);
    expect(rows.map(({ interaction, query }) => [interaction, query])).toEqual([
      ['search-type', 'subject=Patient%2Fneg&_count=2'],
    ]);
  });

  test('_getpages of HAPI at the base leads to the same page', async () => {
    const first = await get('Observation?subject=Patient/neg&_count=2');
    const cursor = new URL(linkOf(first, 'next') ?? '').searchParams.get('_cursor') ?? '';
    const page = await get(`?_getpages=${cursor}&_getpagesoffset=2&_count=2&_bundletype=searchset`);
    expect(ids(page)).toEqual(['page-3', 'page-4']);
  });

  test('a link belongs to its caller and its place, and nothing can be added to it', async () => {
    const first = await get('Observation?subject=Patient/neg&_count=2');
    const url = linkOf(first, 'next') ?? '';
    for (const [client, link] of [
      [server.as('clinician'), url],
      [full, url.replace('/Observation?', '/Patient?')],
      [full, `${url}&code=x`],
      [full, `${url}&_cursor=x`],
      [full, url.slice(0, -2)],
      [full, `${url.slice(0, -4)}AAAA`],
    ] as const) {
      const answer = await client.get(link);
      expect([link, answer.status, answer.codes()]).toEqual([link, 400, ['SEARCH_INVALID_PAGE']]);
    }
  });

  test('the total is told where all matches are on the page, and only there', async () => {
    expect((await get('Observation?subject=Patient/neg')).total).toBe(5);
    expect((await get('Observation?subject=Patient/neg&_count=2')).total).toBeUndefined();
    expect((await get('Observation?subject=Patient/neg&_count=2&_total=accurate')).total).toBe(5);
  });

  test('a search too long for a link says so instead of losing its other pages', async () => {
    const random = Array.from({ length: 450 }, () => crypto.randomUUID()).join(',');
    const answer = await full.post('Observation/_search', `_id=page-1,page-2,${random}&_count=1`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([answer.status, answer.codes()]).toEqual([400, ['SEARCH_LINK_TOO_LONG']]);
  });
});

describe('search.unknownParameters', () => {
  let lenient: TestServer;
  beforeAll(async () => {
    lenient = await startTestServer({ settings: ['search.unknownParameters=ignore'] });
  }, 120_000);
  afterAll(async () => {
    await lenient.close();
  }, 30_000);

  test('FHIR R4 search#errors: refused unless told, ignored with handling=lenient or by the deployment', async () => {
    const status = async (of: TestServer, prefer?: string): Promise<number> =>
      (await of.as('full').get('Patient?nonsense=1', prefer === undefined ? {} : { prefer }))
        .status;
    expect(await status(server)).toBe(400);
    expect(await status(server, 'handling=lenient')).toBe(200);
    expect(await status(lenient)).toBe(200);
    expect(await status(lenient, 'handling=strict')).toBe(400);
    const bundle = (await lenient.as('full').get('Patient?nonsense=1&_id=x&family=')).json<Page>();
    expect(bundle.link[0]?.url).toMatch(/\/Patient\?_id=x$/);
  });
});
