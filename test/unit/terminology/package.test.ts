import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLibrary } from '../../../src/conformance/library.ts';
import { readTar } from '../../../src/conformance/tar.ts';
import type { PublishedDefinitions } from '../../../src/definitions/published.ts';

const log = { info: () => undefined, warn: () => undefined } as never;
const published: PublishedDefinitions = { version: 'test', read: () => Promise.resolve([]) };

function tar(files: readonly (readonly [name: string, content: string])[]): Buffer {
  const blocks = files.flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    const body = Buffer.from(content);
    header.write(name, 0);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar', 257);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function packageOf(
  name: string,
  version: string,
  dependencies: Record<string, string>,
  sets: readonly (readonly [url: string, version: string])[],
): Buffer {
  const files = sets.map(([url, of], index): readonly [string, string] => [
    `package/ValueSet-${String(index)}.json`,
    `\uFEFF${JSON.stringify({ resourceType: 'ValueSet', url, version: of, title: name, text: { div: 'x' } })}`,
  ]);
  return gzipSync(
    tar([['package/package.json', JSON.stringify({ name, version, dependencies })], ...files]),
  );
}

describe('FHIR packages', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'packages-'));
    await writeFile(
      join(folder, 'base1.tgz'),
      packageOf('base', '1.0.0', {}, [['urn:set', '1.0.0']]),
    );
    await writeFile(
      join(folder, 'base2.tgz'),
      packageOf('base', '2.0.0', {}, [['urn:set', '2.0.0']]),
    );
    await writeFile(
      join(folder, 'old.tgz'),
      packageOf('old', '1.0.0', { base: '1.0.0' }, [['urn:old', '1.0.0']]),
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('FHIR packages: a canonical without version is looked for among the dependencies of who asks', async () => {
    const library = createLibrary({
      cacheDirectory: join(folder, 'cache'),
      log,
      published,
      packages: ['base1', 'base2', 'old'].map((name) => join(folder, `${name}.tgz`)),
    });
    const version = async (canonical: string, scope?: string) =>
      (await library.find('ValueSet', canonical, scope))?.resource.version;
    expect(await version('urn:set')).toBe('2.0.0');
    expect(await version('urn:set', 'old#1.0.0')).toBe('1.0.0');
    expect(await version('urn:set|1.0')).toBe('1.0.0');
    expect(await version('urn:set|2.0.0', 'old#1.0.0')).toBe('2.0.0');
    expect(await version('urn:none')).toBeUndefined();
    const { resource } = (await library.find('ValueSet', 'urn:old')) ?? {};
    expect(resource).toEqual({
      resourceType: 'ValueSet',
      url: 'urn:old',
      version: '1.0.0',
      title: 'old',
    });
    await library.close();
  });

  test('a pack that is damaged is made again', async () => {
    const cacheDirectory = join(folder, 'damaged');
    const options = { cacheDirectory, log, published, packages: [join(folder, 'base1.tgz')] };
    const first = createLibrary(options);
    await first.find('ValueSet', 'urn:set');
    await first.close();
    await writeFile(join(cacheDirectory, 'conformance-r4.pack'), 'half of i');
    const second = createLibrary(options);
    expect((await second.find('ValueSet', 'urn:set'))?.resource.version).toBe('1.0.0');
    await second.close();
  });

  test('an archive that is cut off is refused, and a long name is read', () => {
    const whole = tar([['package/a.json', 'x'.repeat(600)]]);
    expect(() => [...readTar(whole.subarray(0, 1024))]).toThrow('damaged');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        try {
          for (const { name } of readTar(Buffer.from(bytes))) expect(typeof name).toBe('string');
        } catch (error) {
          expect((error as Error).message).toBe('The archive is damaged');
        }
      }),
    );
  });
});
