import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let a: FhirClient;

/** `foreign` belongs to patient B; `free` has never existed. */
const FOREIGN = 'observation-of-b';
const FREE = 'observation-free';

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  a = server.as('patient-a');
  await full.put(
    'Observation/observation-of-a',
    observation('patient-a', { id: 'observation-of-a' }),
  );
  await full.put(`Observation/${FOREIGN}`, observation('patient-b', { id: FOREIGN }));
  // Was A's at first and is B's now.
  await full.put('Observation/moved', observation('patient-a', { id: 'moved' }));
  await full.put('Observation/moved', observation('patient-b', { id: 'moved' }));
  await full.put('Observation/deleted-of-b', observation('patient-b', { id: 'deleted-of-b' }));
  await full.delete('Observation/deleted-of-b');
}, 60_000);
afterAll(() => server.close(), 30_000);

const ASKS: readonly (readonly [string, (id: string) => Parameters<FhirClient['send']>])[] = [
  ['read', (id) => ['GET', `Observation/${id}`]],
  ['read as HEAD', (id) => ['HEAD', `Observation/${id}`]],
  ['vread', (id) => ['GET', `Observation/${id}/_history/1`]],
  ['history', (id) => ['GET', `Observation/${id}/_history`]],
  ['update', (id) => ['PUT', `Observation/${id}`, { body: observation('patient-a', { id }) }]],
  [
    'update with If-Match',
    (id) => [
      'PUT',
      `Observation/${id}`,
      { body: observation('patient-a', { id }), headers: { 'if-match': 'W/"1"' } },
    ],
  ],
  [
    'update with an invalid resource',
    (id) => ['PUT', `Observation/${id}`, { body: observation('patient-a', { id, status: 'no' }) }],
  ],
  [
    'patch',
    (id) => [
      'PATCH',
      `Observation/${id}`,
      {
        body: [{ op: 'test', path: '/status', value: 'final' }],
        headers: { 'content-type': 'application/json-patch+json' },
      },
    ],
  ],
  [
    'patch that fails',
    (id) => [
      'PATCH',
      `Observation/${id}`,
      {
        body: [{ op: 'remove', path: '/nothing' }],
        headers: { 'content-type': 'application/json-patch+json' },
      },
    ],
  ],
  ['delete', (id) => ['DELETE', `Observation/${id}`]],
  [
    'delete with If-Match',
    (id) => ['DELETE', `Observation/${id}`, { headers: { 'if-match': 'W/"7"' } }],
  ],
  [
    'conditional read',
    (id) => ['GET', `Observation/${id}`, { headers: { 'if-none-match': 'W/"1"' } }],
  ],
  ['search by id', (id) => ['GET', `Observation?_id=${id}&_total=accurate`]],
  ['search by subject', (id) => ['GET', `Observation?subject=Patient/patient-b&_id=${id}`]],
  [
    'batch',
    (id) => [
      'POST',
      '',
      {
        body: {
          resourceType: 'Bundle',
          type: 'batch',
          entry: [
            { request: { method: 'GET', url: `Observation/${id}` } },
            { request: { method: 'DELETE', url: `Observation/${id}` } },
            {
              request: { method: 'PUT', url: `Observation/${id}` },
              resource: observation('patient-a', { id }),
            },
          ],
        },
      },
    ],
  ],
  [
    'transaction with an update',
    (id) => [
      'POST',
      '',
      {
        body: {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [
            {
              request: { method: 'PUT', url: `Observation/${id}` },
              resource: observation('patient-a', { id }),
            },
          ],
        },
      },
    ],
  ],
  [
    'transaction with a read',
    (id) => [
      'POST',
      '',
      {
        body: {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [{ request: { method: 'GET', url: `Observation/${id}` } }],
        },
      },
    ],
  ],
];

describe('a patient', () => {
  test.each(ASKS)(
    '%s answers alike for what is not theirs and for what does not exist',
    async (_name, ask) => {
      const free = observable(await a.send(...ask(FREE)), FREE);
      for (const id of [FOREIGN, 'deleted-of-b']) {
        expect(observable(await a.send(...ask(id)), id)).toEqual(free);
      }
    },
  );

  test('nothing of that has changed what belongs to somebody else', async () => {
    const stored = await full.get(`Observation/${FOREIGN}/_history`);
    expect(stored.json<{ entry: unknown[] }>().entry).toHaveLength(1);
    expect((await full.get(`Observation/${FREE}`)).status).toBe(404);
  });

  test('finds, counts and pages through their own resources only', async () => {
    const page = await a.get('Observation?_total=accurate&_count=1');
    const bundle = page.json<{ total: number; entry: { resource: { id: string } }[] }>();
    expect(bundle.total).toBe(1);
    expect(bundle.entry.map(({ resource }) => resource.id)).toEqual(['observation-of-a']);
    expect(page.text).not.toContain('"next"');
    expect((await a.get('Patient?_total=accurate')).json<{ total: number }>().total).toBe(1);
  });

  test('FHIR R4 http#history: sees of a resource the versions in which it was theirs, and no others', async () => {
    const now = await a.get('Observation/moved');
    expect([now.status, now.codes()]).toEqual([404, ['FHIR_NOT_FOUND']]);
    expect((await a.get('Observation/moved/_history/1')).status).toBe(200);
    expect((await a.get('Observation/moved/_history/2')).status).toBe(404);
    const b = await server.as('patient-b').get('Observation/moved/_history');
    const versions = b.json<{ entry: { resource: { meta: { versionId: string } } }[] }>().entry;
    expect(versions.map(({ resource }) => resource.meta.versionId)).toEqual(['2']);
  });

  test('creates for themselves only, and cannot give away what is theirs', async () => {
    expect((await a.post('Observation', observation('patient-a'))).status).toBe(201);
    const forB = await a.post('Observation', observation('patient-b'));
    expect([forB.status, forB.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    const given = await a.put(
      'Observation/observation-of-a',
      observation('patient-b', { id: 'observation-of-a' }),
    );
    expect([given.status, given.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    const patched = await a.patch('Observation/observation-of-a', [
      { op: 'replace', path: '/subject/reference', value: 'Patient/patient-b' },
    ]);
    expect([patched.status, patched.codes()]).toEqual([403, ['ACCESS_DENIED']]);
  });

  test('a reference to another server, or to a contained Patient, is not a reference to them', async () => {
    for (const reference of ['https://elsewhere.example/fhir/Patient/patient-a', '#patient-a']) {
      const answer = await a.post(
        'Observation',
        observation('patient-a', {
          subject: { reference },
          contained: [{ resourceType: 'Patient', id: 'patient-a' }],
          note: [{ text: 'x', authorReference: { reference: '#patient-a' } }],
        }),
      );
      expect([reference, answer.status, answer.codes()]).toEqual([
        reference,
        403,
        ['ACCESS_DENIED'],
      ]);
    }
  });

  test('a page link of somebody else is refused', async () => {
    await full.post('Observation', observation('patient-a'));
    const { link } = (await full.get('Observation?_count=1')).json<{
      link: { relation: string; url: string }[];
    }>();
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    expect((await full.get(next)).status).toBe(200);
    const stolen = await a.get(next);
    expect([stolen.status, stolen.codes()]).toEqual([400, ['SEARCH_INVALID_PAGE']]);
  });
});
