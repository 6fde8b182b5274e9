import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readOrCreatePrivateFile } from '../../private-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'private-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('private files', () => {
  test('a file is made once, for its owner only', async () => {
    const path = join(folder, 'key');
    expect(await readOrCreatePrivateFile(path, () => Promise.resolve('first'))).toBe('first');
    expect(await readOrCreatePrivateFile(path, () => Promise.resolve('second'))).toBe('first');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('of many at once all get the same content, and nothing else is left in the folder', async () => {
    const path = join(folder, 'key');
    const contents = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        readOrCreatePrivateFile(path, () => Promise.resolve(`content ${n}`)),
      ),
    );
    expect(new Set(contents)).toEqual(new Set([await readFile(path, 'utf8')]));
    expect(await readdir(folder)).toEqual(['key']);
  });

  test('when the content cannot be made there is no file', async () => {
    const path = join(folder, 'key');
    await expect(
      readOrCreatePrivateFile(path, () => Promise.reject(new TypeError('no'))),
    ).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });
});
