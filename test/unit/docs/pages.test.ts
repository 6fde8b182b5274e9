import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { HOST_ERRORS } from '../../../src/outcome/codes.ts';
import { ROOT } from '../workshop/source-files.ts';
import { headingsOf } from './headings.ts';

const read = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');
const interactions = globSync('docs/interactions/*.md', { cwd: ROOT }).toSorted();
const pages = interactions.filter((name) => !name.endsWith('README.md'));

describe('pages of interactions', () => {
  test.each(pages)('%s says request, response, errors, policy, audit, cost', async (name) => {
    const sections = headingsOf(await read(name))
      .filter(({ level }) => level === 2)
      .map(({ text }) => text);
    expect(sections).toEqual(['Request', 'Response', 'Errors', 'Policy', 'Audit', 'Cost']);
  });

  test('every interaction that the router knows has one, and is in the list', async () => {
    const source = await read('src/fhir/route.ts');
    const kinds = new Set([...source.matchAll(/readonly kind: '(\w+)'/g)].map(([, kind]) => kind));
    kinds.delete('bundle');
    const named = pages.map((name) => basename(name, '.md'));
    // Formats are no interaction, but have what the pages of interactions have; searches and operations have several.
    const others = [
      'batch',
      'export',
      'formats',
      'graphql',
      'import',
      'meta',
      'patient-operations',
      'search-links',
      'search-parameters',
      'search-values',
      'search-system',
      'transaction',
    ];
    expect(named.toSorted()).toEqual([...kinds, ...others].toSorted());
    const list = await read('docs/interactions/README.md');
    expect(named.filter((name) => !list.includes(`](${name}.md)`))).toEqual([]);
  });

  test.each(interactions)('%s names only errors that exist', async (name) => {
    const codes = (await read(name)).match(
      /\b(?:FHIR|SEARCH|AUTH|ACCESS|POLICY|OPERATION|BOT|SERVER)_[A-Z_]*[A-Z]\b/g,
    );
    const known = new Set(Object.keys(HOST_ERRORS));
    const hooks = /^SERVER_(?:CAPABILITY_STATEMENT_GENERATED|INCOMING|PROCESSING)/;
    expect((codes ?? []).filter((code) => !known.has(code) && !hooks.test(code))).toEqual([]);
  });
});

describe('decisions', () => {
  const decisions = globSync('docs/adr/[0-9]*.md', { cwd: ROOT }).toSorted();

  test.each(decisions)('%s has context, decision, consequences and a status', async (name) => {
    const text = await read(name);
    const headings = headingsOf(text).map((heading) => heading.text);
    if (/^INTERIM:/m.test(text)) {
      expect(headings).toContain('Decision');
      return;
    }
    expect(headings).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences']));
    expect(headings.includes('Status') || /^Status: /m.test(text)).toBe(true);
  });
});
