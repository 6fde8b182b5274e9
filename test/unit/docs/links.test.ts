import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../workshop/source-files.ts';
import { anchorsOf } from './headings.ts';

const documents = globSync('{*.md,{docs,plugins,bots,lib,sandbox,access-policies}/**/*.md}', {
  cwd: ROOT,
}).toSorted();

const read = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');

async function deadLinks(name: string): Promise<string[]> {
  const text = (await read(name)).replaceAll(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  );
  const dead: string[] = [];
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? name : join(dirname(name), path);
    if (!existsSync(join(ROOT, target))) dead.push(link);
    else if (anchor !== undefined && !anchorsOf(await read(target)).has(anchor)) dead.push(link);
  }
  return dead;
}

describe('links of documents', () => {
  test.each(documents)('%s: every relative link leads to a file and its heading', async (name) => {
    expect(await deadLinks(name)).toEqual([]);
  });

  test('every page of docs/ is reached from docs/README.md', async () => {
    const seen = new Set<string>();
    const open = ['docs/README.md'];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name) || !name.startsWith('docs/') || !name.endsWith('.md')) continue;
      seen.add(name);
      for (const [, link = ''] of (await read(name)).matchAll(/\]\(([^):\s#]+)/g)) {
        open.push(join(dirname(name), link));
      }
    }
    const pages = documents.filter((name) => name.startsWith('docs/'));
    // Decisions are a folder to be listed, not a text to be read through.
    const decisions = /^docs\/adr\/(?:\d{4}-.*|template)\.md$/;
    expect(pages.filter((name) => !seen.has(name) && !decisions.test(name))).toEqual([]);
  });
});
