import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const START = Date.parse('2026-11-01T08:00:00Z');
const SECOND = 1000;

let server: TestServer;
let full: FhirClient;
let a: FhirClient;
let now = START;

/** Each write is one second later than the one before. */
async function step(write: Promise<Answer>): Promise<string> {
  const { status } = await write;
  expect([200, 201, 204]).toContain(status);
  const at = new Date(now).toISOString();
  now += SECOND;
  return at;
}

const put = (id: string, patient: string, more: object = {}): Promise<string> =>
  step(full.put(`Observation/${id}`, observation(patient, { id, ...more })));

/** Instants of the writes by what they did. */
const at: Record<string, string> = {};

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => now } });
  full = server.as('full');
  a = server.as('patient-a');
  now += SECOND;
  at['before'] = new Date(now).toISOString();
  at['mine'] = await put('mine', 'patient-a');
  at['foreign'] = await put('foreign', 'patient-b');
  at['moved'] = await put('moved', 'patient-a');
  at['moved away'] = await put('moved', 'patient-b');
  at['gone'] = await put('gone', 'patient-a');
  at['deleted'] = await step(full.delete('Observation/gone'));
  at['foreign gone'] = await put('foreign-gone', 'patient-b');
  at['foreign deleted'] = await step(full.delete('Observation/foreign-gone'));
  at['amended'] = await put('mine', 'patient-a', { status: 'amended' });
}, 60_000);
afterAll(() => server.close(), 30_000);

const name = ({ fullUrl, resource, response }: BundleEntry): string =>
  `${fullUrl?.split('/').slice(-2).join('/') ?? ''} ${response?.etag ?? ''}${resource === undefined ? ' deleted' : ''}`;

/** All entries of a history, page by page. */
async function entries(client: FhirClient, path: string): Promise<readonly BundleEntry[]> {
  const found: BundleEntry[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer = await client.get(next);
    expect([answer.status, answer.codes()]).toEqual([200, []]);
    const bundle: Bundle = answer.json<Bundle>();
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'history' });
    expect(bundle.total).toBeUndefined();
    found.push(...(bundle.entry ?? []));
    next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return found;
}

const names = async (client: FhirClient, path: string): Promise<readonly string[]> =>
  (await entries(client, path)).map(name);

const ALL = [
  'Observation/mine W/"2"',
  'Observation/foreign-gone W/"2" deleted',
  'Observation/foreign-gone W/"1"',
  'Observation/gone W/"2" deleted',
  'Observation/gone W/"1"',
  'Observation/moved W/"2"',
  'Observation/moved W/"1"',
  'Observation/foreign W/"1"',
  'Observation/mine W/"1"',
];

describe('FHIR R4 http#history of a type', () => {
  test.each([1, 2, 3, 100])('newest first, each version once, in pages of %s', async (count) => {
    expect(await names(full, `Observation/_history?_count=${count}`)).toEqual(ALL);
  });

  test('an entry says what was done and when, a deletion has no resource', async () => {
    const [amended, , , deleted] = await entries(full, 'Observation/_history');
    expect(amended).toMatchObject({
      fullUrl: `${server.url}/fhir/Observation/mine`,
      resource: { resourceType: 'Observation', id: 'mine', status: 'amended' },
      request: { method: 'PUT', url: 'Observation/mine' },
      response: { status: '200 OK', etag: 'W/"2"', lastModified: at['amended'] },
    });
    expect(deleted).toEqual({
      fullUrl: `${server.url}/fhir/Observation/gone`,
      request: { method: 'DELETE', url: 'Observation/gone' },
      response: { status: '200 OK', etag: 'W/"2"', lastModified: at['deleted'] },
    });
  });

  test('a patient gets the versions that were theirs, and nothing tells of others', async () => {
    const theirs = [
      'Observation/mine W/"2"',
      'Observation/gone W/"2" deleted',
      'Observation/gone W/"1"',
      'Observation/moved W/"1"',
      'Observation/mine W/"1"',
    ];
    for (const count of [1, 2, 100]) {
      expect(await names(a, `Observation/_history?_count=${count}`)).toEqual(theirs);
    }
    // A full page without a link: the foreign versions in between are not even a page to come.
    expect((await a.get(`Observation/_history?_count=${theirs.length}`)).text).not.toContain(
      '"next"',
    );
    const foreign = await a.get(
      `Observation/_history?_since=${at['moved away']}&_at=lt${at['gone']}`,
    );
    expect(foreign.json<Bundle>()).toMatchObject({ type: 'history' });
    expect(foreign.json<Bundle>().entry).toBeUndefined();
  });

  test('without a rule for the history of the type it is refused', async () => {
    const answer = await a.get('Bot/_history');
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });

  test('a version that comes between two pages moves none of them', async () => {
    const first = (await full.get('Observation/_history?_count=3')).json<Bundle>();
    await put('late', 'patient-a');
    const next = first.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    const rest = await names(full, next);
    expect([...(first.entry ?? []).map(name), ...rest]).toEqual(ALL);
    await step(full.delete('Observation/late'));
  });
});

describe('FHIR R4 http#history: _since and _at', () => {
  test('_since leaves out what was made before that instant', async () => {
    expect(
      await names(full, `Observation/_history?_since=${at['deleted']}&_at=lt${at['amended']}`),
    ).toEqual([
      'Observation/foreign-gone W/"2" deleted',
      'Observation/foreign-gone W/"1"',
      'Observation/gone W/"2" deleted',
    ]);
  });

  test('_at finds the versions that were the current ones at that instant', async () => {
    const path = (when: string) => `Observation/_history?_at=${when}`;
    expect(await names(full, path(at['moved away'] ?? ''))).toEqual([
      'Observation/moved W/"2"',
      'Observation/foreign W/"1"',
      'Observation/mine W/"1"',
    ]);
    expect(await names(full, path(at['before'] ?? ''))).toEqual(['Observation/mine W/"1"']);
    expect(await names(full, path('2025'))).toEqual([]);
  });

  test('of one resource too; one that is visible has an empty history before its creation', async () => {
    const url = 'Observation/mine/_history';
    expect(await names(full, `${url}?_since=${at['deleted']}`)).toEqual(['Observation/mine W/"2"']);
    expect(await names(full, `${url}?_at=${at['gone']}`)).toEqual(['Observation/mine W/"1"']);
    expect(await names(full, `${url}?_at=2025`)).toEqual([]);
    expect((await a.get('Observation/foreign/_history?_at=2025')).status).toBe(404);
  });

  test.each([
    ['_since=yesterday', 'SEARCH_INVALID_CONTROL'],
    ['_at=ne2026', 'SEARCH_INVALID_CONTROL'],
    ['_at=2026-02-30', 'SEARCH_INVALID_CONTROL'],
    ['_count=x', 'SEARCH_INVALID_CONTROL'],
    ['_count=1&_count=2', 'SEARCH_INVALID_CONTROL'],
    ['_sinec=2026', 'SEARCH_UNKNOWN_PARAMETER'],
    ['_cursor=AAAA', 'SEARCH_INVALID_PAGE'],
  ])('%s is refused', async (query, code) => {
    for (const path of ['_history', 'Observation/_history', 'Observation/mine/_history']) {
      const answer = await full.get(`${path}?${query}`);
      expect([answer.status, answer.codes()]).toEqual([400, [code]]);
    }
  });

  test('a link is good for its caller and its question only', async () => {
    const page = (await full.get('Observation/_history?_count=1')).json<Bundle>();
    const next = page.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    const cursor = new URL(next).searchParams.get('_cursor') ?? '';
    for (const [client, path] of [
      [a, 'Observation/_history?'],
      [full, '_history?'],
      [full, `Observation/_history?_since=${at['gone']}&`],
    ] as const) {
      const answer = await client.get(`${path}_cursor=${cursor}`);
      expect([answer.status, answer.codes()]).toEqual([400, ['SEARCH_INVALID_PAGE']]);
    }
  });
});

describe('FHIR R4 http#history of the server', () => {
  test('holds the versions of all types, newest first', async () => {
    const found = await entries(full, `_history?_count=7&_since=${at['before']}`);
    expect(found.map(name).filter((entry) => !entry.includes('late'))).toEqual(ALL);
    const everything = await entries(full, '_history?_count=50');
    const instants = everything.map(({ response }) => response?.lastModified ?? '');
    expect(instants).toEqual(instants.toSorted().reverse());
    const types = new Set(everything.map(({ resource }) => resource?.resourceType));
    expect(types).toContain('AccessPolicy');
    expect(types).toContain('Patient');
  });

  test('a patient gets the versions that were theirs', async () => {
    const found = await names(a, `_history?_count=2&_since=${at['before']}`);
    expect(found.filter((entry) => !entry.includes('late'))).toEqual([
      'Observation/mine W/"2"',
      'Observation/gone W/"2" deleted',
      'Observation/gone W/"1"',
      'Observation/moved W/"1"',
      'Observation/mine W/"1"',
    ]);
    const all = await entries(a, '_history');
    for (const { resource } of all)
      expect(JSON.stringify(resource ?? {})).not.toContain('patient-b');
  });
});

describe('[R-048] the ledger', () => {
  test('has a row for each patient of a page, with what was asked', async () => {
    const head = await server.auditHead();
    await full.get(`Observation/_history?_since=${at['moved']}&_at=lt${at['gone']}`);
    await full.get('_history?_count=1');
    const { rows } = await server.sql.query(
      'select interaction, type, patient, query from audit_event where seq > $1 order by seq',
      [head],
    );
    const query = expect.stringContaining(`_since=${at['moved']}`);
    expect(rows).toEqual([
      { interaction: 'history-type', type: 'Observation', patient: 'patient-b', query },
      { interaction: 'history-type', type: 'Observation', patient: 'patient-a', query },
      { interaction: 'history-system', type: null, patient: 'patient-a', query: null },
    ]);
  });
});
