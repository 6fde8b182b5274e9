import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from './source-files.ts';

const read = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');
const manifest = JSON.parse(await read('package.json')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const documents = globSync('{*.md,docs/**/*.md,access-policies/*.md}', { cwd: ROOT });

describe('documents', () => {
  test('every dependency has a line with its version and a reason, and no line is left over', async () => {
    const rows = [
      ...(await read('docs/dependencies.md')).matchAll(/^\| (\S+) \| (\d\S*) \|.*\| (.+) \|$/gm),
    ];
    const described = Object.fromEntries(rows.map(([, name, version]) => [name, version]));
    expect(described).toEqual({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    expect(rows.filter(([, , , reason = '']) => reason.length < 4)).toEqual([]);
  });

  test.each(documents)(
    '%s: links lead to files, commands are scripts of the package',
    async (name) => {
      const text = await read(name);
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
        ([, link = '']) => link,
      );
      expect(links.filter((link) => !existsSync(join(ROOT, dirname(name), link)))).toEqual([]);
      const commands = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(
        ([, script = '']) => script,
      );
      expect(commands.filter((script) => !(script in manifest.scripts))).toEqual([]);
    },
  );

  test('the README begins with the two commands', async () => {
    expect(await read('README.md')).toMatch(
      /^# diga-server\n\n```sh\nnpm ci && npm start\nnpm test\n```\n/,
    );
  });
});
