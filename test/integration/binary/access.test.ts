import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
let patient: FhirClient;
let other: FhirClient;

const bytes = randomBytes(70_000);
const png = { 'content-type': 'image/png' };

const reading = ['read', 'vread', 'search', 'history'];

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  // What a deployment adds for patients who up- and download: the rest is decided by the context.
  await server.as('admin').put('AccessPolicy/files', {
    resourceType: 'AccessPolicy',
    id: 'files',
    resource: [
      { resourceType: 'Binary' },
      { resourceType: 'DocumentReference', criteria: 'DocumentReference?patient=%patient' },
      { resourceType: 'Patient', criteria: 'Patient?_id=%patient.id', interaction: reading },
    ],
  });
  for (const name of ['one', 'two']) {
    await full.put(`Patient/${name}`, { resourceType: 'Patient', id: name });
    await server.as('admin').put(`ProjectMembership/${name}`, {
      resourceType: 'ProjectMembership',
      id: name,
      project: { reference: 'Project/test' },
      user: { reference: `User/${name}` },
      profile: { reference: `Patient/${name}` },
      access: [{ policy: { reference: 'AccessPolicy/files' } }],
    });
  }
  patient = server.asProfile('Patient/one');
  other = server.asProfile('Patient/two');
}, 60_000);

afterAll(async () => {
  await server.close();
}, 30_000);

let document: string;
let binary: string;

beforeEach(async () => {
  const created = await full.post('DocumentReference', {
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: 'Patient/one' },
    content: [{ attachment: { title: 'x' } }],
  });
  document = idOf(created.json());
  const answer = await full.post('Binary', bytes, {
    ...png,
    'x-security-context': `DocumentReference/${document}`,
  });
  expect(answer.status).toBe(201);
  binary = idOf(answer.json());
});

describe('FHIR R4 binary#security: who may read the securityContext may have the Binary', () => {
  test('the patient of the document reads it, another patient finds nothing', async () => {
    const mine = await patient.get(`Binary/${binary}`);
    expect(mine.status).toBe(200);
    expect(mine.headers.get('x-security-context')).toBe(`DocumentReference/${document}`);
    for (const path of [
      `Binary/${binary}`,
      `Binary/${binary}/_history/1`,
      `Binary/${binary}/_history`,
    ]) {
      expect((await patient.get(path)).status).toBe(200);
      const hidden = await other.get(path);
      const nothing = await other.get(path.replace(binary, 'never-was'));
      expect(hidden.status).toBe(404);
      const normal = (text: string, id: string) =>
        text.replaceAll(id, 'ID').replaceAll(/[0-9a-f-]{36}/g, 'REQUEST');
      expect(normal(hidden.text, binary)).toBe(normal(nothing.text, 'never-was'));
    }
  });

  test('a change of the document changes at once who may have it', async () => {
    await full.patch(`DocumentReference/${document}`, [
      { op: 'replace', path: '/subject/reference', value: 'Patient/two' },
    ]);
    expect((await patient.get(`Binary/${binary}`)).status).toBe(404);
    expect((await other.get(`Binary/${binary}`)).status).toBe(200);
    await full.delete(`DocumentReference/${document}`);
    expect((await other.get(`Binary/${binary}`)).status).toBe(404);
  });

  test('nor can another patient replace or delete it', async () => {
    expect((await other.put(`Binary/${binary}`, Buffer.from('x'), png)).status).toBe(404);
    expect((await other.delete(`Binary/${binary}`)).status).toBe(404);
    const entry = [
      { request: { method: 'DELETE', url: `Binary/${binary}` } },
      {
        request: { method: 'PUT', url: `Binary/${binary}` },
        resource: { resourceType: 'Binary', id: binary, contentType: 'image/png' },
      },
    ];
    for (const one of entry) {
      const bundle = { resourceType: 'Bundle', entry: [one] };
      expect((await other.post('', { ...bundle, type: 'transaction' })).status).toBe(403);
      await other.post('', { ...bundle, type: 'batch' });
    }
    expect((await patient.get(`Binary/${binary}`)).headers.get('etag')).toBe('W/"1"');
  });

  test('an id that is free and one that is taken look alike to who may not see everything', async () => {
    const taken = await other.put(`Binary/${binary}`, Buffer.from('x'), png);
    const free = await other.put('Binary/free', Buffer.from('x'), png);
    expect([taken.status, free.status]).toEqual([404, 404]);
  });

  test('a deletion is told only to who could have had it', async () => {
    expect((await patient.delete(`Binary/${binary}`)).status).toBe(200);
    expect((await patient.get(`Binary/${binary}`)).status).toBe(410);
    expect((await other.get(`Binary/${binary}`)).status).toBe(404);
  });

  test('without a context it is for who stored it', async () => {
    const id = idOf((await patient.post('Binary', bytes, png)).json());
    expect((await patient.get(`Binary/${id}`)).status).toBe(200);
    expect((await other.get(`Binary/${id}`)).status).toBe(404);
    // Who may read the patient may read what the patient stored.
    expect((await full.get(`Binary/${id}`)).status).toBe(200);
    // A change by somebody else leaves it to its owner.
    expect((await full.put(`Binary/${id}`, Buffer.from('y'), png)).status).toBe(200);
    expect((await patient.get(`Binary/${id}`)).text).toBe('y');
  });

  test('an owner that the client writes is not believed', async () => {
    const forged = await other.post('Binary', {
      resourceType: 'Binary',
      contentType: 'image/png',
      data: 'eHg=',
      meta: {
        extension: [
          {
            url: 'https://diga-server.dev/fhir/StructureDefinition/binary-owner',
            valueString: 'Patient/one',
          },
        ],
      },
    });
    const id = idOf(forged.json());
    expect((await other.get(`Binary/${id}`)).status).toBe(200);
    expect((await patient.get(`Binary/${id}`)).status).toBe(404);
  });

  test('[R-031] a policy without Binary sees none, whatever the context', async () => {
    expect((await server.as('nobody').get(`Binary/${binary}`)).status).toBe(403);
  });

  test('no search, history or include of many finds one', async () => {
    await full.post('List', {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      entry: [{ item: { reference: `Binary/${binary}` } }],
    });
    for (const path of [
      'List?_include=List:item',
      '_history?_count=50',
      `Patient/one/$everything`,
    ]) {
      const answer = await full.get(path);
      expect(answer.status).toBe(200);
      expect([path, answer.text.includes(`/fhir/Binary/`)]).toEqual([path, false]);
    }
    for (const path of ['Binary', 'Binary?_id=x', 'Binary/_history'])
      expect((await full.get(path)).status).toBe(405);
  });
});

describe('every download is on the ledger', () => {
  test('[R-048] who had which version, and who was refused', async () => {
    const head = await server.auditHead();
    await patient.get(`Binary/${binary}`);
    await patient.get(`Binary/${binary}`, { range: 'bytes=0-9' });
    await other.get(`Binary/${binary}`);
    const rows = (await server.audit(head)).filter((row) => row.type === 'Binary');
    expect(rows).toMatchObject([
      { interaction: 'read', outcome: 0, agent: 'Patient/one', resource_id: binary, version: 1 },
      { interaction: 'read', outcome: 0, agent: 'Patient/one', resource_id: binary, version: 1 },
      { agent: 'Patient/two', resource_id: binary },
      { outcome: 4, agent: 'Patient/two', resource_id: binary, detail: 'FHIR_NOT_FOUND' },
    ]);
  });
});

describe('in a Bundle', () => {
  test('a batch answers with the resource and its data', async () => {
    const answer = await patient.post('', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Binary/${binary}` } }],
    });
    expect(answer.json()['entry']).toMatchObject([
      { resource: { resourceType: 'Binary', data: bytes.toString('base64') } },
    ]);
  });

  test('a transaction creates a Binary and what refers to it', async () => {
    const answer = await full.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:0b0f9a3c-7d5c-4a51-9c36-2f5ab8ed1f10',
          request: { method: 'POST', url: 'DocumentReference' },
          resource: {
            resourceType: 'DocumentReference',
            status: 'current',
            subject: { reference: 'Patient/one' },
            content: [{ attachment: { contentType: 'text/plain' } }],
          },
        },
        {
          request: { method: 'POST', url: 'Binary' },
          resource: {
            resourceType: 'Binary',
            contentType: 'text/plain',
            securityContext: { reference: 'urn:uuid:0b0f9a3c-7d5c-4a51-9c36-2f5ab8ed1f10' },
            data: 'aGFsbG8=',
          },
        },
      ],
    });
    expect(answer.status).toBe(200);
    const location = JSON.stringify(answer.json()['entry']?.[1]?.['response']?.['location']);
    const id = /Binary\/([^/"]+)/.exec(location)?.[1] ?? '';
    expect((await patient.get(`Binary/${id}`)).text).toBe('hallo');
    expect((await other.get(`Binary/${id}`)).status).toBe(404);
  });
});
