import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, sourceFiles } from './source-files.ts';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const json = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(ROOT, name), 'utf8'));
const manifest = (await json('package.json')) as Readonly<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
>;
const lock = (await json('package-lock.json')) as { packages: Record<string, LockedPackage> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

/** Where Node would find a package that another one asks for: beside it, or further up. */
function resolves(from: string, name: string): boolean {
  const steps = from === '' ? [] : from.split('/node_modules/');
  const places = steps.map((_, at) => `${steps.slice(0, at + 1).join('/node_modules/')}/`);
  return [...places, ''].some((place) => `${place}node_modules/${name}` in lock.packages);
}

/**
 * Licences that were read, where the lockfile does not name them so that a rule can tell. The NLM's own texts are BSD with
 * its notice, which stands in NOTICE.
 */
const READ_LICENCES: Readonly<Record<string, string | undefined>> = {
  'node_modules/fhirpath': 'SEE LICENSE in LICENSE.md',
  'node_modules/@lhncbc/ucum-lhc': 'SEE LICENSE IN LICENSE.md',
  // MIT, says its component.json.
  'node_modules/emitter-component': undefined,
  'node_modules/is-integer': 'WTFPL OR ISC',
};

describe('package.json and package-lock.json', () => {
  test('every dependency is one exact version', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const versions = Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  test('the lockfile names no host: it serves behind a mirror too', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('`npm ci` finds everything locked, packages for other platforms included', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
        .filter((name) => !resolves(path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('what runs in production has a permissive licence and is checked against a hash', () => {
    const permissive = /^(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|0BSD|Python-2\.0)$/;
    const shipped = locked.filter(([, { dev }]) => dev !== true);
    expect(shipped.length).toBeGreaterThan(50);
    const others = shipped.filter(([, { license = '' }]) => !permissive.test(license));
    expect(Object.fromEntries(others.map(([path, { license }]) => [path, license]))).toEqual(
      READ_LICENCES,
    );
    expect(shipped.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
  });

  test('every dependency at run time is used by the product', async () => {
    const files = sourceFiles('src', 'plugins', 'bots', 'lib', 'sandbox').filter(
      (file) => !file.includes('/test/'),
    );
    const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), 'utf8')));
    const unused = Object.keys(manifest.dependencies).filter(
      (name) => !texts.some((text) => text.includes(`'${name}'`) || text.includes(`'${name}/`)),
    );
    expect(unused).toEqual([]);
  });
});
