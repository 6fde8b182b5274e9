import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openBundle } from '../../bundle/open-bundle.ts';
import { sourceDigest } from '../../bundle/source-digest.ts';

const log = pino({ level: 'silent' });
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(root, 'plugins/console/web/src'), { recursive: true });
  await mkdir(join(root, 'dist/console'), { recursive: true });
  await mkdir(join(root, 'scripts'));
  await writeFile(join(root, 'scripts/console-build.ts'), '');
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(root, 'plugins/console/web/src/main.tsx'), 'one');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function built(sources: string, files = ['console-AAAA.js']): Promise<void> {
  for (const file of files) await writeFile(join(root, 'dist/console', file), file);
  await writeFile(
    join(root, 'dist/console/manifest.json'),
    JSON.stringify({ sources, script: files[0], styles: [], files }),
  );
}

describe('where the page comes from', () => {
  test('the sandbox builds a page that is missing, and once it is there takes it', async () => {
    let builds = 0;
    const build = async (): Promise<void> => {
      builds += 1;
      await built(await sourceDigest(root));
    };
    const parts = { root, mode: 'sandbox', log, build } as const;
    expect((await openBundle(parts)).script).toBe('console-AAAA.js');
    await openBundle(parts);
    expect(builds).toBe(1);
    await writeFile(join(root, 'plugins/console/web/src/main.tsx'), 'two');
    await openBundle(parts);
    expect(builds).toBe(2);
  });

  test('production never builds: a page older than its sources is served, a missing one is an error', async () => {
    const build = (): Promise<void> => Promise.reject(new TypeError('built in production'));
    const parts = { root, mode: 'production', log, build } as const;
    await expect(openBundle(parts)).rejects.toThrow('npm run console:build');
    await built('0'.repeat(64));
    expect((await openBundle(parts)).assets.get('console-AAAA.js')?.content.toString()).toBe(
      'console-AAAA.js',
    );
  });

  test('a manifest that names files elsewhere is refused', async () => {
    await built('0'.repeat(64));
    for (const file of ['../package.json', '/etc/passwd', 'a/b.js', '.hidden', '']) {
      const manifest = { sources: '0'.repeat(64), script: 'x.js', styles: [], files: [file] };
      await writeFile(join(root, 'dist/console/manifest.json'), JSON.stringify(manifest));
      await expect(openBundle({ root, mode: 'production', log })).rejects.toThrow(/Invalid/);
    }
  });

  test('a build that fails is told with what it printed', async () => {
    await writeFile(
      join(root, 'scripts/console-build.ts'),
      'console.error(`no compiler, environment: ${Object.keys(process.env).length}`); process.exit(3);',
    );
    await expect(openBundle({ root, mode: 'sandbox', log })).rejects.toThrow(
      'The console cannot be built: no compiler, environment: 0',
    );
  });
});
