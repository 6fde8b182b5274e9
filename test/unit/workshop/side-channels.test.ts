import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { claims } from '../../../scripts/requirement-claims.ts';
import { ROOT } from './source-files.ts';

test('every side channel of the table has a test that bears its number, and no test bears another', async () => {
  const table = await readFile(join(ROOT, 'docs/side-channels.md'), 'utf8');
  const numbers = [...table.matchAll(/^\| (V-\d{2}) \|/gm)].map(([, number = '']) => number);
  expect(numbers).toHaveLength(64);
  const named = [...(await claims(ROOT)).keys()].filter((id) => id.startsWith('V-'));
  expect(named.toSorted()).toEqual(numbers);
});
