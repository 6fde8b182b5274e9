import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

async function created(body: object): Promise<{ id: string; url: string }> {
  const answer = await full.post('Observation', body);
  expect(answer.status).toBe(201);
  const { id } = answer.json<{ id: string }>();
  return { id, url: `Observation/${id}` };
}

describe('FHIR R4 http#create', () => {
  test('201 with the resource, Location of the version, ETag and Last-Modified; an id in the body is ignored', async () => {
    const answer = await full.post('Patient', {
      resourceType: 'Patient',
      id: 'mine',
      active: true,
    });
    const { id, meta } = answer.json<{
      id: string;
      meta: { versionId: string; lastUpdated: string };
    }>();
    expect(answer.status).toBe(201);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(meta.versionId).toBe('1');
    const location = `${server.url}/fhir/Patient/${id}/_history/1`;
    expect(answer.headers.get('location')).toBe(location);
    expect(answer.headers.get('content-location')).toBe(location);
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(answer.headers.get('last-modified')).toBe(new Date(meta.lastUpdated).toUTCString());
    expect(answer.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  test('http#return: Prefer decides between resource, outcome and nothing', async () => {
    const prefer = (value: string) =>
      full.post('Patient', { resourceType: 'Patient' }, { prefer: `return=${value}` });
    expect((await prefer('representation')).text).toContain('"resourceType":"Patient"');
    expect((await prefer('OperationOutcome')).text).toContain('SUCCESSFUL_CREATE');
    const minimal = await prefer('minimal');
    expect([minimal.status, minimal.text]).toEqual([201, '']);
    expect(minimal.headers.get('location')).toContain('/Patient/');
  });
});

describe('FHIR R4 http#read, http#vread', () => {
  test('[R-074] what was written is read back, at both bases', async () => {
    const { id, url } = await created(observation('patient-a', { note: [{ text: 'äöü 𝄞' }] }));
    const answer = await full.get(url);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ id, note: [{ text: 'äöü 𝄞' }] });
    expect(answer.headers.get('content-location')).toBe(`${server.url}/fhir/${url}/_history/1`);
    const medplum = await full.get(`${server.url}/fhir/R4/${url}`);
    expect(medplum.text).toBe(answer.text);
    expect(medplum.headers.get('content-location')).toBe(`${server.url}/fhir/R4/${url}/_history/1`);
  });

  test('HEAD gives the header fields of GET and no body', async () => {
    const { url } = await created(observation('patient-a'));
    const [get, head] = [await full.get(url), await full.send('HEAD', url)];
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['etag', 'last-modified', 'content-type', 'content-length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  test('http#cread: If-None-Match with the current version gives 304', async () => {
    const { url } = await created(observation('patient-a'));
    expect((await full.get(url, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    expect((await full.get(url, { 'if-none-match': 'W/"2", W/"1"' })).status).toBe(304);
    expect((await full.get(url, { 'if-none-match': 'W/"2"' })).status).toBe(200);
  });

  test('[R-109] a deleted resource is 410, its earlier versions are still there, and PUT brings it back', async () => {
    const { id, url } = await created(observation('patient-a'));
    const gone = await full.delete(url);
    expect([gone.status, gone.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect((await full.get(url)).codes()).toEqual(['FHIR_DELETED']);
    expect((await full.get(url)).status).toBe(410);
    expect((await full.get(`${url}/_history/1`)).status).toBe(200);
    expect((await full.get(`${url}/_history/2`)).status).toBe(410);
    expect((await full.get(`Observation?_id=${id}&_total=accurate`)).json()).toMatchObject({
      total: 0,
    });
    const again = await full.put(url, observation('patient-a', { id }));
    expect([again.status, again.headers.get('etag')]).toEqual([201, 'W/"3"']);
  });

  test.each(['0', '01', '2', '99999999999999', 'x', '-1'])(
    'http#vread: version %s that never was is 404',
    async (version) => {
      const { url } = await created(observation('patient-a'));
      const answer = await full.get(`${url}/_history/${version}`);
      expect([answer.status, answer.codes()]).toEqual([404, ['FHIR_NOT_FOUND']]);
    },
  );
});

describe('FHIR R4 http#update', () => {
  test('200 with the next version; the same content again keeps the version', async () => {
    const { id, url } = await created(observation('patient-a'));
    const body = observation('patient-a', { id, status: 'amended' });
    const second = await full.put(url, body);
    expect([second.status, second.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect(second.headers.get('location')).toBe(second.headers.get('content-location'));
    expect((await full.put(url, body)).headers.get('etag')).toBe('W/"2"');
  });

  test('http#upsert: 201 under the id of the client', async () => {
    const answer = await full.put('Patient/Chosen.1-x', {
      resourceType: 'Patient',
      id: 'Chosen.1-x',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${server.url}/fhir/Patient/Chosen.1-x/_history/1`);
  });

  test('http#concurrency: If-Match with another version is 412 and changes nothing', async () => {
    const { id, url } = await created(observation('patient-a'));
    const body = observation('patient-a', { id, status: 'amended' });
    const answer = await full.put(url, body, { 'if-match': 'W/"7"' });
    expect([answer.status, answer.codes()]).toEqual([412, ['FHIR_VERSION_CONFLICT']]);
    expect((await full.get(url)).headers.get('etag')).toBe('W/"1"');
    expect((await full.put(url, body, { 'if-match': 'W/"1"' })).status).toBe(200);
    expect((await full.put(url, body, { 'if-match': 'nonsense' })).status).toBe(400);
  });

  test('RFC 9110 If-Match: of several versions one has to be the current one', async () => {
    const { id, url } = await created(observation('patient-a'));
    const put = async (value: string) => {
      const body = observation('patient-a', { id, note: [{ text: value }] });
      return full.put(url, body, { 'if-match': value });
    };
    const versionAfter = async (value: string) =>
      (await put(value)).json<{ meta?: { versionId: string } }>().meta?.versionId;
    expect((await put('W/"7", W/"8"')).status).toBe(412);
    // HAPI's client sends the field twice.
    expect(await versionAfter('W/"1", W/"1"')).toBe('2');
    expect(await versionAfter('W/"1", W/"2"')).toBe('3');
    expect((await put('W/"3", nonsense')).status).toBe(400);
    expect((await put(Array.from({ length: 17 }, () => 'W/"3"').join(','))).status).toBe(400);
  });

  test('http#concurrency: of twenty updates with the same If-Match exactly one succeeds', async () => {
    const { id, url } = await created(observation('patient-a'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        full.put(url, observation('patient-a', { id, note: [{ text: `n${n}` }] }), {
          'if-match': 'W/"1"',
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
  });

  test.each([
    ['without an id', { resourceType: 'Patient' }, 'FHIR_ID_MISSING'],
    ['with another id', { resourceType: 'Patient', id: 'y' }, 'FHIR_ID_DIFFERS'],
    ['of another type', { resourceType: 'Device', id: 'x' }, 'FHIR_TYPE_DIFFERS'],
  ])('a body %s is 400', async (_name, body, code) => {
    const answer = await full.put('Patient/x', body);
    expect([answer.status, answer.codes()]).toEqual([400, [code]]);
  });
});

describe('FHIR R4 http#patch', () => {
  test('a JSON Patch makes the next version; a test that does not hold changes nothing', async () => {
    const { url } = await created(observation('patient-a'));
    const done = await full.patch(url, [{ op: 'replace', path: '/status', value: 'amended' }]);
    expect([done.status, done.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const failed = await full.patch(url, [
      { op: 'replace', path: '/status', value: 'final' },
      { op: 'test', path: '/status', value: 'preliminary' },
    ]);
    expect([failed.status, failed.codes()]).toEqual([400, ['FHIR_INVALID_PATCH']]);
    expect((await full.get(url)).json()).toMatchObject({ status: 'amended' });
  });

  test.each([
    ['leads to an invalid resource', [{ op: 'remove', path: '/status' }], 400],
    ['changes the id', [{ op: 'replace', path: '/id', value: 'other' }], 400],
    ['changes the version', [{ op: 'replace', path: '/meta/versionId', value: '9' }], 200],
    ['makes another type of it', [{ op: 'replace', path: '/resourceType', value: 'Patient' }], 400],
    [
      'makes a valid resource of another type of it',
      [{ op: 'replace', path: '', value: { resourceType: 'Practitioner', active: true } }],
      400,
    ],
    ['replaces everything by a text', [{ op: 'replace', path: '', value: 'x' }], 400],
    ['replaces everything by nothing', [{ op: 'replace', path: '', value: null }], 400],
  ])('a patch that %s never leaves the resource', async (_name, operations, status) => {
    const { id, url } = await created(observation('patient-a'));
    const answer = await full.patch(url, operations);
    expect(answer.status).toBe(status);
    const {
      resourceType,
      id: stored,
      meta,
    } = (await full.get(url)).json<{
      resourceType: string;
      id: string;
      meta: { versionId: string };
    }>();
    expect([resourceType, stored]).toEqual(['Observation', id]);
    expect(['1', '2']).toContain(meta.versionId);
  });
});

describe('FHIR R4 http#history', () => {
  test('versions newest first, a deletion without resource, in pages', async () => {
    const { id, url } = await created(observation('patient-a'));
    await full.put(url, observation('patient-a', { id, status: 'amended' }));
    await full.delete(url);
    const methods: (string | undefined)[] = [];
    let next: string | undefined = `${url}/_history?_count=2`;
    while (next !== undefined) {
      const bundle: Bundle = (await full.get(next)).json<Bundle>();
      expect(bundle.type).toBe('history');
      for (const entry of bundle.entry ?? []) {
        methods.push(entry.request?.method);
        expect(entry.resource === undefined).toBe(entry.request?.method === 'DELETE');
      }
      next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(methods).toEqual(['DELETE', 'PUT', 'POST']);
  });
});

describe('FHIR R4 http#capabilities', () => {
  test('the statement needs no token and names what the server does', async () => {
    const answer = await server.anonymous().get('metadata');
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ fhirVersion: '4.0.1', kind: 'instance' });
  });

  test('[R-012] everything else needs one', async () => {
    for (const [method, path] of [
      ['GET', 'Patient'],
      ['GET', 'Patient/patient-a'],
      ['POST', 'Patient'],
      ['POST', ''],
      ['GET', 'NoSuchType'],
      ['GET', '$nothing'],
    ] as const) {
      const answer = await server.anonymous().send(method, path);
      expect([answer.status, answer.codes()]).toEqual([401, ['AUTH_TOKEN_MISSING']]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });
});

describe('FHIR R4 datatypes#decimal', () => {
  test.each(['1.10', '0.000', '100', '1e3', '3.141592653589793238462643383279', '-0.0'])(
    'the precision of %s is kept, through create, read, search, update and patch',
    async (value) => {
      const text = JSON.stringify(observation('patient-a')).replace(
        /\}$/,
        `,"valueQuantity":{"value":${value},"unit":"kg"}}`,
      );
      const answer = await full.post('Observation', text);
      expect(answer.status).toBe(201);
      const { id } = answer.json<{ id: string }>();
      const shown = `"value":${value},`;
      expect(answer.text).toContain(shown);
      expect((await full.get(`Observation/${id}`)).text).toContain(shown);
      expect((await full.get(`Observation?_id=${id}`)).text).toContain(shown);
      const patch = [{ op: 'add', path: '/language', value: 'de' }];
      expect((await full.patch(`Observation/${id}`, patch)).text).toContain(shown);
    },
  );
});

describe('X-Request-Id', () => {
  test('a plain one is echoed, anything else is replaced', async () => {
    const ask = async (id: string) =>
      (await full.get('Patient/patient-a', { 'x-request-id': id })).headers.get('x-request-id');
    expect(await ask('app-7.4_x')).toBe('app-7.4_x');
    expect(await ask('a b')).toMatch(/^[\w-]{16}$/);
    expect(await ask('x'.repeat(65))).toMatch(/^[\w-]{16}$/);
  });
});
