import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/config/load.ts';
import { generatedFiles } from '../../../scripts/generated-files.ts';

const root = join(import.meta.dirname, '../../..');

test.each([...generatedFiles()])(
  '%s is what `npm run docs:generate` writes',
  async (name, text) => {
    expect(await readFile(join(root, name), 'utf8')).toBe(text);
  },
);

test.each(['default.yaml', 'sandbox.yaml', 'production.example.yaml'])(
  'config/%s is valid',
  async (name) => {
    const text = await readFile(join(root, 'config', name), 'utf8');
    const content = parse(text) as { mode?: string };
    const argv =
      content.mode === 'production'
        ? ['--set', 'databases.embeddedInProduction=true', '--set', 'audit.keys={"keys":[]}']
        : [];
    const config = loadConfig({
      argv: ['--config', name, ...argv],
      env: {},
      cwd: '/none',
      readFile: (path) => (path === `/none/${name}` ? text : undefined),
    });
    expect(config.mode).toBe(content.mode ?? 'sandbox');
  },
);
