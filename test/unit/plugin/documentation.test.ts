import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { BOT_ERRORS } from '../../../src/bots/bot-error.ts';
import { HOOK_NAMES } from '../../../src/plugin/hooks.ts';
import { PLUGIN_ERRORS } from '../../../src/plugin/plugin-error.ts';

async function firstColumn(page: string): Promise<string[]> {
  const text = await readFile(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map((match) => match[1] ?? '');
}

describe('documentation of the plugin host', () => {
  test('docs/hooks.md lists exactly the hooks there are, in order', async () => {
    expect(await firstColumn('hooks.md')).toEqual([...HOOK_NAMES]);
  });

  test('docs/plugins.md lists exactly the codes there are, in order', async () => {
    expect(await firstColumn('plugins.md')).toEqual(Object.keys(PLUGIN_ERRORS));
  });

  test('docs/bots.md names every code there is', async () => {
    const text = await readFile(new URL('../../../docs/bots.md', import.meta.url), 'utf8');
    expect(Object.keys(BOT_ERRORS).filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});
