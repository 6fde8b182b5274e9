import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bundle, BundleEntry, Observation } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let key: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);
beforeEach(() => {
  count += 1;
  key = `t${String(count)}`;
});

const send = (entry: readonly object[], headers = {}) =>
  full.post('', { resourceType: 'Bundle', type: 'transaction', entry }, headers);
const done = async (entry: readonly object[], headers = {}): Promise<readonly BundleEntry[]> => {
  const answer = await send(entry, headers);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json<Bundle>().entry ?? [];
};
const patient = (more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:test', value: key }],
  ...more,
});
const post = (resource: object, more: object = {}, request: object = {}) => ({
  request: {
    method: 'POST',
    url: (resource as { resourceType: string }).resourceType,
    ...request,
  },
  resource,
  ...more,
});
const about = (reference: string) => ({
  ...observation('x'),
  subject: { reference },
  performer: undefined,
});
const nameOf = (entry: BundleEntry | undefined): string =>
  /^[A-Za-z]+\/[^/]+/.exec(entry?.response?.location ?? '')?.[0] ?? '';
const subjectOf = async (entry: BundleEntry | undefined): Promise<string | undefined> =>
  (await full.get(nameOf(entry))).json<Observation>().subject?.reference;
const codeOf = (entry: BundleEntry | undefined): string | undefined =>
  entry?.response?.outcome?.issue[0]?.details?.coding?.[0]?.code;
const total = async (): Promise<number> =>
  (await full.get(`Patient?identifier=urn:test|${key}&_summary=count`)).json<Bundle>().total ?? -1;

describe('FHIR R4 http#trules: references among entries', () => {
  test.each([
    ['urn:uuid', 'urn:uuid:8f4b1a5e-0001-4d6b-9a6e-000000000001', undefined],
    ['urn:oid', 'urn:oid:1.2.276.0.76.4', undefined],
    ['an absolute full URL', 'http://elsewhere.example/fhir/Patient/1', undefined],
    ['relative to the full URL', 'http://elsewhere.example/fhir/Patient/1', 'Patient/1'],
  ])('%s', async (_name, fullUrl, reference = fullUrl) => {
    const [first, second] = await done([
      post(about(reference), { fullUrl: 'http://elsewhere.example/fhir/Observation/1' }),
      post(patient(), { fullUrl }),
    ]);
    expect(await subjectOf(first)).toBe(nameOf(second));
  });

  test('the id that an entry without a full URL brings', async () => {
    const [first, second] = await done([post(about('Patient/own')), post(patient({ id: 'own' }))]);
    expect(nameOf(second)).not.toBe('Patient/own');
    expect(await subjectOf(first)).toBe(nameOf(second));
  });

  test('in uris, extensions and narrative links, and not in the value of an identifier', async () => {
    const place = 'urn:uuid:8f4b1a5e-0001-4d6b-9a6e-000000000002';
    const [first, second] = await done([
      post({
        ...about(place),
        identifier: [{ system: 'urn:ietf:rfc:3986', value: place }],
        extension: [{ url: 'urn:x', valueUri: place }],
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${place}">x</a></div>`,
        },
      }),
      post(patient(), { fullUrl: place }),
    ]);
    const stored = (await full.get(nameOf(first))).json<Observation>();
    expect(stored.extension?.[0]?.valueUri).toBe(nameOf(second));
    expect(stored.text?.div).toContain(`href="${nameOf(second)}"`);
    expect(stored.identifier?.[0]?.value).toBe(place);
  });

  test('decimals keep their digits where references are replaced', async () => {
    const body = JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        post({ ...about('urn:uuid:p'), valueQuantity: { value: 1.5, unit: 'x' } }),
        post(patient(), { fullUrl: 'urn:uuid:p' }),
      ],
    }).replace('1.5', '1.500');
    const answer = await full.post('', body);
    const [first] = answer.json<Bundle>().entry ?? [];
    expect((await full.get(nameOf(first))).text).toContain('"value":1.500');
  });
});

describe('FHIR R4 http#trules: conditional entries', () => {
  const condition = () => ({ ifNoneExist: `identifier=urn:test|${key}` });

  test('ifNoneExist finds or creates, and references follow', async () => {
    const bundle = () => [
      post(about('urn:uuid:p')),
      post(patient(), { fullUrl: 'urn:uuid:p' }, condition()),
    ];
    const first = await done(bundle());
    const second = await done(bundle());
    expect(first.map(({ response }) => response?.status)).toEqual(['201 Created', '201 Created']);
    expect(second.map(({ response }) => response?.status)).toEqual(['201 Created', '200 OK']);
    expect([codeOf(first[1]), codeOf(second[1])]).toEqual([
      'SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH',
      'SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH',
    ]);
    expect(nameOf(second[1])).toBe(nameOf(first[1]));
    expect(await subjectOf(second[0])).toBe(nameOf(first[1]));
  });

  test('equal conditions in one transaction are one creation', async () => {
    const entries = await done([
      post(patient(), { fullUrl: 'urn:uuid:1' }, condition()),
      post(patient(), { fullUrl: 'urn:uuid:2' }, condition()),
      post(about('urn:uuid:2')),
    ]);
    expect(entries.map(({ response }) => response?.status)).toEqual([
      '201 Created',
      '200 OK',
      '201 Created',
    ]);
    expect(await subjectOf(entries[2])).toBe(nameOf(entries[0]));
    expect(await total()).toBe(1);
  });

  test('equal transactions at the same moment make one resource', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () =>
        done([post(patient(), { fullUrl: 'urn:uuid:p' }, condition()), post(about('urn:uuid:p'))]),
      ),
    );
    expect(new Set(all.map(([first]) => nameOf(first))).size).toBe(1);
    expect(await total()).toBe(1);
  }, 30_000);

  test('PUT, PATCH and DELETE with criteria', async () => {
    const url = `Patient?identifier=urn:test|${key}`;
    const [created] = await done([{ request: { method: 'PUT', url }, resource: patient() }]);
    expect(created?.response?.status).toBe('201 Created');
    const data = Buffer.from(JSON.stringify([{ op: 'add', path: '/active', value: true }]));
    const [patched] = await done([
      {
        request: { method: 'PATCH', url },
        resource: {
          resourceType: 'Binary',
          contentType: 'application/json-patch+json',
          data: data.toString('base64'),
        },
      },
    ]);
    expect(patched?.response).toMatchObject({ status: '200 OK', etag: 'W/"2"' });
    const [again] = await done([
      {
        request: { method: 'PATCH', url },
        resource: {
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'operation',
              part: [
                { name: 'type', valueCode: 'replace' },
                { name: 'path', valueString: 'Patient.active' },
                { name: 'value', valueBoolean: false },
              ],
            },
          ],
        },
      },
    ]);
    expect(codeOf(again)).toBe('SUCCESSFUL_CONDITIONAL_PATCH');
    expect((await full.get(nameOf(created))).json()).toMatchObject({ active: false });
    await done([{ request: { method: 'DELETE', url } }]);
    expect(await total()).toBe(0);
  });

  test('criteria that name another entry are asked after it', async () => {
    const bundle = () => [
      {
        request: { method: 'PUT', url: 'Observation?subject=urn:uuid:p&code=29463-7' },
        resource: about('urn:uuid:p'),
      },
      post(patient(), { fullUrl: 'urn:uuid:p' }, condition()),
    ];
    const [first] = await done(bundle());
    const [second] = await done(bundle());
    expect([first?.response?.status, second?.response?.status]).toEqual(['201 Created', '200 OK']);
    expect(nameOf(second)).toBe(nameOf(first));
  });

  test('a conditional reference leads to exactly one resource', async () => {
    const reference = `Patient?identifier=urn:test|${key}`;
    const none = await send([post(about(reference))]);
    expect([none.status, none.codes()]).toEqual([404, ['FHIR_NO_MATCH']]);
    expect(none.text).toContain('HAPI-1091');
    const [created] = await done([post(patient())]);
    const [found] = await done([post(about(reference))]);
    expect(await subjectOf(found)).toBe(nameOf(created));
    await done([post(patient())]);
    const several = await send([post(about(reference))]);
    expect([several.status, several.codes()]).toEqual([412, ['FHIR_MULTIPLE_MATCHES']]);
  });

  test('a conditional reference may lead to what the same criteria create', async () => {
    const [observed, created] = await done([
      post(about(`Patient?identifier=urn:test|${key}`)),
      post(patient(), {}, condition()),
    ]);
    expect(await subjectOf(observed)).toBe(nameOf(created));
  });

  test('criteria see only what the caller sees', async () => {
    await done([post({ ...about('Patient/patient-b'), identifier: [{ value: key }] })]);
    const answer = await server.as('patient-a').post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        post(
          observation('patient-a', {
            derivedFrom: [{ reference: `Observation?identifier=${key}` }],
          }),
        ),
      ],
    });
    expect([answer.status, answer.codes()]).toEqual([404, ['FHIR_NO_MATCH']]);
  });
});

describe('FHIR R4 http#trules: order and identity', () => {
  test('two entries that write one resource: 400, by id or by criteria', async () => {
    const [created] = await done([post(patient())]);
    const url = nameOf(created);
    const put = { request: { method: 'PUT', url }, resource: patient({ id: url.split('/')[1] }) };
    for (const other of [
      put,
      { request: { method: 'DELETE', url } },
      { request: { method: 'DELETE', url: `Patient?identifier=urn:test|${key}` } },
      {
        request: { method: 'PUT', url: `Patient?identifier=urn:test|${key}` },
        resource: patient(),
      },
    ]) {
      const answer = await send([put, other]);
      expect([answer.status, answer.codes()]).toEqual([400, ['FHIR_DUPLICATE_ENTRY']]);
    }
    expect((await full.get(url)).headers.get('etag')).toBe('W/"1"');
  });

  test('deletions count before conditional creations', async () => {
    const [old] = await done([post(patient())]);
    const [made, gone] = await done([
      post(patient(), {}, { ifNoneExist: `identifier=urn:test|${key}` }),
      { request: { method: 'DELETE', url: nameOf(old) } },
    ]);
    expect([made?.response?.status, gone?.response?.status]).toEqual([
      '201 Created',
      '204 No Content',
    ]);
    expect(await total()).toBe(1);
  });

  test('reads see what was written, and answers carry etag, location, lastModified and outcome', async () => {
    const [found, made] = await done([
      { request: { method: 'GET', url: `Patient?identifier=urn:test|${key}` } },
      post(patient()),
    ]);
    expect((found?.resource as Bundle).entry).toHaveLength(1);
    expect(made?.response).toMatchObject({
      status: '201 Created',
      etag: 'W/"1"',
      location: expect.stringMatching(/^Patient\/[^/]+\/_history\/1$/) as unknown,
      lastModified: expect.stringMatching(/^\d{4}-/) as unknown,
    });
    expect(codeOf(made)).toBe('SUCCESSFUL_CREATE');
  });

  test('Prefer: return=representation brings the resources', async () => {
    const [made] = await done([post(patient())], { prefer: 'return=representation' });
    expect(made?.resource).toMatchObject({ resourceType: 'Patient' });
  });

  test('a failure in a later statement of a large transaction leaves nothing', async () => {
    const entries = Array.from({ length: 1100 }, () => post(patient()));
    const answer = await send([...entries, post(patient({ gender: 'nonsense' }))]);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Bundle.entry[1100]');
    expect(await total()).toBe(0);
  }, 60_000);
});

describe('FHIR R4 http#brules', () => {
  test('entries carry what a write says; operations and conditions work as alone', async () => {
    const answer = await full.post('', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        post(patient()),
        post(patient(), {}, { ifNoneExist: `identifier=urn:test|${key}` }),
        post({ resourceType: 'Patient' }, {}, { url: 'Patient/$validate' }),
        { request: { method: 'DELETE', url: `Patient?identifier=urn:test|none` } },
      ],
    });
    const entry = answer.json<Bundle>().entry ?? [];
    expect(codeOf(entry[0])).toBe('SUCCESSFUL_CREATE');
    expect(entry[0]?.resource).toMatchObject({ resourceType: 'Patient' });
    expect(codeOf(entry[3])).toBe('SUCCESSFUL_DELETE_NOT_FOUND');
  });
});
