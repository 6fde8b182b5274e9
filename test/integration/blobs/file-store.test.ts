import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import { openFileBlobStore } from '../../../src/blobs/file-store.ts';

let directory: string;
let store: BlobStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'diga-blobs-'));
  store = await openFileBlobStore(join(directory, 'blobs'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (const text of texts) yield Buffer.from(text);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from('half');
  throw new TypeError('the sender went away');
}

async function textOf(key: string, range?: { start: number; end?: number }): Promise<string> {
  return Buffer.concat((await (await store.read(key, range)).toArray()) as Buffer[]).toString();
}

describe('blobs as files', () => {
  test('what was written is read whole and in parts, with its size and hash', async () => {
    const written = await store.write('binary/b1/x', chunks('hello ', 'world'));
    expect(written).toEqual({
      size: 11,
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    });
    expect(await textOf('binary/b1/x')).toBe('hello world');
    expect(await textOf('binary/b1/x', { start: 6, end: 8 })).toBe('wor');
    expect(await textOf('binary/b1/x', { start: 6 })).toBe('world');
  });

  test('a write that breaks off leaves neither the blob nor a part of it', async () => {
    await expect(store.write('a/b', broken())).rejects.toThrow('the sender went away');
    await expect(store.read('a/b')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    expect(await readdir(join(directory, 'blobs', '.parts'))).toEqual([]);
  });

  test('removing is done once and bears to be done again', async () => {
    await store.write('a', chunks('x'));
    await store.remove('a');
    await store.remove('a');
    await expect(store.read('a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', status: 404 });
  });

  test.each(['../x', 'a/../../x', '/etc/passwd', '.parts/x', 'a//b', '', 'a/.b', 'ä', 'a\0b'])(
    'a key that could lead elsewhere is a fault of the program: %j',
    async (key) => {
      await expect(store.write(key, chunks('x'))).rejects.toThrow(TypeError);
      await expect(store.read(key)).rejects.toThrow(TypeError);
    },
  );

  test('files are for the user of the server alone', async () => {
    await store.write('binary/b1/x', chunks('x'));
    const modes = await Promise.all(
      ['blobs', 'blobs/binary/b1', 'blobs/binary/b1/x'].map(async (path) =>
        ((await stat(join(directory, path))).mode & 0o777).toString(8),
      ),
    );
    expect(modes).toEqual(['700', '700', '600']);
  });

  test('a folder that cannot be used is 503 with a time to come back', async () => {
    await writeFile(join(directory, 'blobs', 'taken'), 'a file where a folder should be');
    await expect(store.write('taken/x', chunks('x'))).rejects.toMatchObject({
      code: 'BLOB_STORE_UNAVAILABLE',
      status: 503,
      retryAfter: 5,
    });
  });

  test('the check tells whether the store is there', async () => {
    await store.check();
    await rm(join(directory, 'blobs'), { recursive: true });
    await expect(store.check()).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE' });
  });
});
