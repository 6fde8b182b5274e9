import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer({ settings: ['http.maxBinaryBytes=4000000'] });
  full = server.as('full');
}, 60_000);

afterAll(async () => {
  await server.close();
}, 30_000);

const authorization = { authorization: `Bearer ${tokenOf('full')}` };

async function download(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; bytes: Buffer }> {
  const response = await fetch(`${server.url}/fhir/${path}`, {
    headers: { ...authorization, ...headers },
  });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function upload(content: Uint8Array, type = 'application/pdf'): Promise<string> {
  const answer = await full.post('Binary', content, { 'content-type': type });
  expect(answer.status).toBe(201);
  return idOf(answer.json());
}

const sizes = [
  ['empty', 0],
  ['in its row', 1_000],
  ['as large as a row takes', 65_536],
  ['in the store', 65_537],
  ['of some megabytes', 3_000_001],
] as const;

describe('FHIR R4 binary#rest: content goes in and comes out as it is', () => {
  test.each(sizes)('%s', async (_name, size) => {
    const content = randomBytes(size);
    const id = await upload(content);
    const { response, bytes } = await download(`Binary/${id}`);
    expect(response.status).toBe(200);
    expect(bytes.equals(content)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(size),
      'content-disposition': 'attachment',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store, private',
      etag: 'W/"1"',
    });
  });

  test.each(sizes)('as a FHIR resource with its data in base64: %s', async (_name, size) => {
    const content = randomBytes(size);
    const id = await upload(content);
    const { response, bytes } = await download(`Binary/${id}`, { accept: 'application/fhir+json' });
    expect(response.headers.get('content-type')).toMatch(/^application\/fhir\+json/);
    const { meta: _meta, ...resource } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    expect(resource).toEqual({
      resourceType: 'Binary',
      id,
      contentType: 'application/pdf',
      ...(size === 0 ? {} : { data: content.toString('base64') }),
    });
  });

  test.each(sizes.slice(1))('sent as a FHIR resource, read as content: %s', async (_name, size) => {
    const content = randomBytes(size);
    const created = await full.post('Binary', {
      resourceType: 'Binary',
      contentType: 'image/png',
      data: content.toString('base64'),
    });
    expect(created.status).toBe(201);
    const { response, bytes } = await download(`Binary/${idOf(created.json())}`);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(bytes.equals(content)).toBe(true);
  });

  test('FHIR XML both ways', async () => {
    const data = randomBytes(100_000).toString('base64');
    const created = await full.post(
      'Binary',
      `<Binary xmlns="http://hl7.org/fhir"><contentType value="text/plain"/><data value="${data}"/></Binary>`,
      { 'content-type': 'application/fhir+xml' },
    );
    expect(created.status).toBe(201);
    const id = idOf(created.json());
    const read = await full.get(`Binary/${id}`, { accept: 'application/fhir+xml' });
    expect(read.headers.get('content-type')).toMatch(/^application\/fhir\+xml/);
    expect(read.text).toContain(`<data value="${data}"`);
    expect((await download(`Binary/${id}`)).bytes.toString('base64')).toBe(data);
  });

  test('JSON and XML that are not said to be FHIR are content like any other', async () => {
    for (const type of ['application/json', 'application/xml', 'text/html', 'image/svg+xml']) {
      const id = await upload(Buffer.from('{"resourceType":"Patient"}'), type);
      const { response, bytes } = await download(`Binary/${id}`, { accept: type });
      expect(response.headers.get('content-type')).toBe(type);
      expect(bytes.toString()).toBe('{"resourceType":"Patient"}');
    }
  });

  test('what lies in the store has the hash of what was sent', async () => {
    const content = randomBytes(200_000);
    const id = await upload(content);
    const [row] = (
      await server.sql.query<{ content: string }>(
        `select v.content from resource r join resource_version v using (rid) where r.id = $1`,
        [id],
      )
    ).rows;
    expect(row?.content).toContain(createHash('sha256').update(content).digest('hex'));
    expect(row?.content.length).toBeLessThan(1_000);
  });
});

describe('FHIR R4 binary#rest: what is asked for', () => {
  test.each([
    ['*/*', 'text/plain'],
    ['application/pdf', 'text/plain'],
    ['text/plain', 'text/plain'],
    ['application/fhir+json, */*; q=0.1', 'application/fhir+json; charset=utf-8'],
    ['application/fhir+xml;q=1.0, application/fhir+json;q=1.0', /fhir\+json/],
    ['text/plain, application/fhir+json;q=0.5', 'text/plain'],
  ])('Accept: %s', async (accept, type) => {
    const id = await upload(Buffer.from('text'), 'text/plain');
    const { response } = await download(`Binary/${id}`, { accept });
    expect(response.status).toBe(200);
    if (typeof type === 'string') expect(response.headers.get('content-type')).toBe(type);
    else expect(response.headers.get('content-type')).toMatch(type);
  });

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=4-100', 206, '456789', 'bytes 4-9/10'],
    ['bytes=5-2', 200, '0123456789', null],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('RFC 9110 14.2: Range %s', async (range, status, text, contentRange) => {
    const id = await upload(Buffer.from('0123456789'));
    const { response, bytes } = await download(`Binary/${id}`, { range });
    expect(response.status).toBe(status);
    expect(bytes.toString()).toBe(text);
    expect(response.headers.get('content-range')).toBe(contentRange);
  });

  test('RFC 9110 14.2: a range of content in the store, and one outside of it', async () => {
    const content = randomBytes(300_000);
    const id = await upload(content);
    const part = await download(`Binary/${id}`, { range: 'bytes=100000-199999' });
    expect(part.bytes.equals(content.subarray(100_000, 200_000))).toBe(true);
    const outside = await download(`Binary/${id}`, { range: 'bytes=300000-' });
    expect(outside.response.status).toBe(416);
    expect(outside.response.headers.get('content-range')).toBe('bytes */300000');
  });

  test('FHIR R4 http#read: If-None-Match and HEAD', async () => {
    const id = await upload(Buffer.from('text'));
    const known = await download(`Binary/${id}`, { 'if-none-match': 'W/"1"' });
    expect(known.response.status).toBe(304);
    const head = await full.send('HEAD', `Binary/${id}`);
    expect(head.headers.get('content-length')).toBe('4');
    expect(head.text).toBe('');
  });
});

describe('FHIR R4 http: versions of a Binary', () => {
  test('update, vread, history and delete', async () => {
    const first = randomBytes(70_000);
    const second = randomBytes(80_000);
    const id = await upload(first);
    const put = await full.put(`Binary/${id}`, second, { 'content-type': 'image/png' });
    expect([put.status, put.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect((await download(`Binary/${id}`)).bytes.equals(second)).toBe(true);
    expect((await download(`Binary/${id}/_history/1`)).bytes.equals(first)).toBe(true);
    expect((await full.delete(`Binary/${id}`)).status).toBe(200);
    expect((await full.get(`Binary/${id}`)).status).toBe(410);
    expect((await download(`Binary/${id}/_history/2`)).bytes.equals(second)).toBe(true);
    const history = (await full.get(`Binary/${id}/_history`)).json();
    expect(history['entry']).toMatchObject([
      { request: { method: 'DELETE' } },
      { resource: { contentType: 'image/png' } },
      { resource: { contentType: 'application/pdf' } },
    ]);
    expect(JSON.stringify(history)).not.toContain('diga-server.dev');
  });

  test('FHIR R4 http#concurrency: a stale If-Match answers 412 and keeps nothing of the upload', async () => {
    const id = await upload(Buffer.from('text'));
    const folder = join(server.config.dataDirectory, 'blobs', 'binary', `b${id}`);
    const answer = await full.put(`Binary/${id}`, randomBytes(100_000), {
      'content-type': 'image/png',
      'if-match': 'W/"7"',
    });
    expect(answer.status).toBe(412);
    expect(existsSync(folder) ? await readdir(folder) : []).toEqual([]);
  });

  test('PUT creates under an id of the client', async () => {
    const content = randomBytes(90_000);
    const created = await full.put('Binary/picture', content, { 'content-type': 'image/png' });
    expect(created.status).toBe(201);
    expect((await download('Binary/picture')).bytes.equals(content)).toBe(true);
  });
});

describe('refused', () => {
  test.each([true, false])('more than http.maxBinaryBytes, length told first: %s', async (told) => {
    const content = Buffer.alloc(4_000_001);
    const response = await fetch(`${server.url}/fhir/Binary`, {
      method: 'POST',
      headers: { ...authorization, 'content-type': 'image/png' },
      ...(told ? { body: content } : { body: new Blob([content]).stream(), duplex: 'half' }),
    });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('FHIR_BODY_TOO_LARGE');
    const orphans = await server.sql.query(
      `select from binary_blob b where not exists (select from resource r where r.id = b.id)`,
    );
    expect(orphans.rowCount).toBe(told ? 0 : 1);
  });

  test.each([
    ['POST', 'Binary', { 'content-type': 'a b/c' }, 'BINARY_INVALID', 422],
    [
      'POST',
      'Binary',
      { 'content-type': 'image/png', 'x-security-context': 'https://elsewhere.example/Patient/1' },
      'BINARY_INVALID',
      422,
    ],
    [
      'PATCH',
      'Binary/x',
      { 'content-type': 'application/json-patch+json' },
      'BINARY_NOT_SEARCHABLE',
      405,
    ],
    ['GET', 'Binary', {}, 'BINARY_NOT_SEARCHABLE', 405],
    ['GET', 'Binary/_history', {}, 'BINARY_NOT_SEARCHABLE', 405],
  ])('%s %s %j', async (method, path, headers, code, status) => {
    const answer = await full.send(method, path, {
      headers,
      ...(method === 'GET' ? {} : { body: '[]' }),
    });
    expect([answer.status, answer.codes()]).toEqual([status, [code]]);
  });

  test('data that is no base64', async () => {
    const answer = await full.post('Binary', {
      resourceType: 'Binary',
      contentType: 'image/png',
      data: 'ä'.repeat(100_000),
    });
    expect([400, 422]).toContain(answer.status);
  });

  test('a pointer of a client to the content of another Binary leads nowhere', async () => {
    const theirs = await upload(randomBytes(100_000));
    const { rows } = await server.sql.query<{ content: string }>(
      `select v.content from resource r join resource_version v using (rid) where r.id = $1`,
      [theirs],
    );
    const { meta } = JSON.parse(rows[0]?.content ?? '{}') as { meta: Record<string, unknown> };
    expect(meta['extension']).toBeDefined();
    const stolen = await full.put('Binary/thief', {
      resourceType: 'Binary',
      id: 'thief',
      contentType: 'image/png',
      meta,
    });
    expect(stolen.status).toBe(201);
    expect((await download('Binary/thief')).bytes).toHaveLength(0);
  });
});
