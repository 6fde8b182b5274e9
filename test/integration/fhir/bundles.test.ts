import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

const send = (type: string, entry: unknown): Promise<Answer> =>
  full.post('', { resourceType: 'Bundle', type, entry });
const post = (resource: unknown, more: object = {}) => ({
  request: { method: 'POST', url: 'Patient' },
  resource,
  ...more,
});
const patients = async (): Promise<unknown> =>
  (await full.get('Patient?_summary=count')).json<Bundle>().total;

describe('FHIR R4 http#transaction', () => {
  test('placeholders become the ids that were given, answers come in the order of the entries', async () => {
    const answer = await send('transaction', [
      {
        fullUrl: 'urn:uuid:o',
        request: { method: 'POST', url: 'Observation' },
        resource: { ...observation('x'), subject: { reference: 'urn:uuid:p' } },
      },
      { request: { method: 'GET', url: 'Patient/patient-a' } },
      post({ resourceType: 'Patient' }, { fullUrl: 'urn:uuid:p' }),
      { request: { method: 'DELETE', url: 'Patient/none' } },
    ]);
    expect(answer.status).toBe(200);
    const { type, entry = [] } = answer.json<Bundle>();
    expect(type).toBe('transaction-response');
    expect(entry.map(({ response }) => response?.status)).toEqual([
      '201 Created',
      '200 OK',
      '201 Created',
      '204 No Content',
    ]);
    const [, patient] = /^Patient\/([^/]+)\//.exec(entry[2]?.response?.location ?? '') ?? [];
    const stored = await full.get(`Observation?subject=Patient/${String(patient)}`);
    expect(stored.json<Bundle>().entry).toHaveLength(1);
  });

  test.each([
    ['an invalid resource', post({ resourceType: 'Patient', gender: 'nonsense' }), 400],
    ['an unknown type', { request: { method: 'GET', url: 'Nonsense/1' } }, 404],
    [
      'an outdated version',
      {
        request: { method: 'PUT', url: 'Patient/patient-b', ifMatch: 'W/"9"' },
        resource: { resourceType: 'Patient', id: 'patient-b' },
      },
      412,
    ],
    [
      'an unresolved placeholder',
      post({ resourceType: 'Patient', managingOrganization: { reference: 'urn:uuid:none' } }),
      400,
    ],
  ])('one entry with %s, and nothing of the whole is stored', async (_name, bad, status) => {
    const before = await patients();
    const answer = await send('transaction', [post({ resourceType: 'Patient' }), bad]);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('Bundle.entry[1]');
    expect(await patients()).toBe(before);
  });

  test('a thousand entries are one transaction', async () => {
    const before = Number(await patients());
    const entries = Array.from({ length: 1000 }, () => post({ resourceType: 'Patient' }));
    expect((await send('transaction', entries)).status).toBe(200);
    expect(await patients()).toBe(before + 1000);
  }, 60_000);
});

describe('FHIR R4 http#batch', () => {
  test('each entry is answered for itself', async () => {
    const { type, entry = [] } = (
      await send('batch', [
        { request: { method: 'GET', url: 'Patient/patient-a' } },
        { request: { method: 'GET', url: 'Patient/none' } },
        post({ resourceType: 'Patient', gender: 'nonsense' }),
        post({ resourceType: 'Patient' }),
        { request: { method: 'GET', url: 'Patient?_id=patient-a' } },
      ])
    ).json<Bundle>();
    expect(type).toBe('batch-response');
    expect(entry.map(({ response }) => response?.status)).toEqual([
      '200 OK',
      '404 Not Found',
      '400 Bad Request',
      '201 Created',
      '200 OK',
    ]);
    expect(entry[1]?.response?.outcome).toMatchObject({ resourceType: 'OperationOutcome' });
  });
});

describe('entries that are malformed', () => {
  const binary = (text: string) => ({
    resourceType: 'Binary',
    data: Buffer.from(text).toString('base64'),
  });
  test.each([
    ['request is null', { request: null }],
    ['there is no request', {}],
    ['the method is unknown', { request: { method: 'BREW', url: 'Patient' } }],
    [
      'the url is a number',
      post({ resourceType: 'Patient' }, { request: { method: 'PUT', url: 5 } }),
    ],
    ['the url leads elsewhere', { request: { method: 'GET', url: 'http://elsewhere.example/x' } }],
    ['a Bundle in a Bundle', { request: { method: 'POST', url: '' }, resource: {} }],
    ['the resource is null', post(null)],
    ['the resource is a list', post([])],
    ['the resource is a text', post('x')],
    ['the type is an object', post({ resourceType: { toString: 1 } })],
    ['ifMatch is a number', { request: { method: 'DELETE', url: 'Patient/x', ifMatch: 5 } }],
    ['ifNoneMatch is an object', { request: { method: 'GET', url: 'Patient/x', ifNoneMatch: {} } }],
    ['fullUrl is an object', post({ resourceType: 'Patient' }, { fullUrl: {} })],
    [
      'a patch is no JSON',
      { request: { method: 'PATCH', url: 'Patient/x' }, resource: binary('[') },
    ],
    [
      'a patch has no data',
      { request: { method: 'PATCH', url: 'Patient/x' }, resource: { resourceType: 'Binary' } },
    ],
    [
      'a patch is nested too deep',
      {
        request: { method: 'PATCH', url: 'Patient/x' },
        resource: binary('['.repeat(50_000) + ']'.repeat(50_000)),
      },
    ],
  ])('%s: 4xx, and in a batch for this entry alone', async (_name, entry) => {
    const good = { request: { method: 'GET', url: 'Patient/patient-a' } };
    const transaction = await send('transaction', [good, entry]);
    expect(transaction.status).toBeGreaterThanOrEqual(400);
    expect(transaction.status).toBeLessThan(500);
    const batch = await send('batch', [good, entry, good]);
    const statuses = batch.json<Bundle>().entry?.map(({ response }) => response?.status) ?? [];
    expect(statuses).toEqual(['200 OK', expect.stringMatching(/^4\d\d /), '200 OK']);
  });

  test.each(
    [null, 'x', { a: 1 }, [null], [1], [[]]].map((entry) => [JSON.stringify(entry), entry]),
  )('entry is %s: 400', async (_name, entry) => {
    for (const type of ['batch', 'transaction']) {
      const answer = await send(type, entry);
      expect([answer.status, answer.codes()]).toEqual([400, ['FHIR_INVALID_BUNDLE']]);
    }
  });
});
