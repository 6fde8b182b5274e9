import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openS3BlobStore } from '../../../src/blobs/s3-store.ts';
import { idOf } from '../../support/id-of.ts';
import { type S3Server, startS3Server } from '../../support/s3-server.ts';
import { startTestServer } from '../../support/server.ts';

let directory: string;
let running: S3Server;
let store: Awaited<ReturnType<typeof openS3BlobStore>>;
let endpoint: string;

const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'diga-s3-'));
  running = await startS3Server(directory, 'diga');
  ({ endpoint } = running);
  store = await openS3BlobStore({
    bucket: 'diga',
    region: 'eu-central-1',
    endpoint,
    pathStyle: true,
    prefix: 'test/',
    credentials: keys,
  });
}, 60_000);

afterAll(async () => {
  store.close();
  await running.close().catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}, 30_000);

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* parts;
}

async function* broken(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let count = 0; count < 12; count += 1) yield randomBytes(1_000_000);
  throw new TypeError('the sender went away');
}

async function bytesOf(key: string, range?: { start: number; end?: number }): Promise<Buffer> {
  return Buffer.concat((await (await store.read(key, range)).toArray()) as Buffer[]);
}

describe('blobs in a bucket that speaks S3', () => {
  test('small ones, and larger ones in several parts', async () => {
    for (const size of [10, 12_000_000]) {
      const content = randomBytes(size);
      const written = await store.write(`binary/b1/${String(size)}`, chunks(content));
      expect(written.size).toBe(size);
      expect((await bytesOf(`binary/b1/${String(size)}`)).equals(content)).toBe(true);
      expect(await bytesOf(`binary/b1/${String(size)}`, { start: 2, end: 5 })).toEqual(
        content.subarray(2, 6),
      );
    }
  }, 30_000);

  test('an upload that breaks off leaves nothing', async () => {
    await expect(store.write('half', broken())).rejects.toThrow('the sender went away');
    await expect(store.read('half')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  }, 30_000);

  test('removing bears to be done again', async () => {
    await store.write('gone', chunks(Buffer.from('x')));
    await store.remove('gone');
    await store.remove('gone');
    await expect(store.read('gone')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('the server keeps Binaries there; a store that is down is 503 and leaves no version', async () => {
    const server = await startTestServer({
      settings: [
        'blobs.s3.bucket=diga',
        `blobs.s3.endpoint=${endpoint}`,
        'blobs.s3.pathStyle=true',
        `blobs.s3.accessKeyId=${keys.accessKeyId}`,
        `blobs.s3.secretAccessKey=${keys.secretAccessKey}`,
      ],
    });
    try {
      const full = server.as('full');
      const headers = { 'content-type': 'image/png' };
      const created = await full.post('Binary', randomBytes(200_000), headers);
      expect(created.status).toBe(201);
      const path = `Binary/${idOf(created.json())}`;
      expect((await full.get(path)).status).toBe(200);
      await store.check();
      await running.close();
      await expect(store.check()).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
      const health = await fetch(`${server.url}/health`);
      expect([health.status, await health.json()]).toEqual([200, { status: 'warn' }]);
      const before = await server.sql.query('select from resource_version');
      for (const answer of [
        await full.post('Binary', randomBytes(200_000), headers),
        await full.get(path),
      ]) {
        expect([answer.status, answer.codes()]).toEqual([503, ['BLOB_STORE_UNAVAILABLE']]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      const after = await server.sql.query('select from resource_version');
      expect(after.rowCount).toBe(before.rowCount);
      // What needs no store is served on.
      expect((await full.post('Binary', Buffer.from('small'), headers)).status).toBe(201);
    } finally {
      await server.close();
    }
  }, 60_000);
});
