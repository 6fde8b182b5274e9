import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  catalogue,
  claims,
  claimsIn,
  coverageByTheme,
} from '../../../scripts/requirement-claims.ts';
import { ROOT } from './source-files.ts';

// Numbers for the texts below, put together so that the scan of this file does not take them for claims.
const id = (number: string): string => `R-${number}`;

describe('requirements report', () => {
  test('titles of every form count, other text does not', () => {
    const source = `
      test('[${id('001')}] one', () => {});
      describe("[${id('002')}, ${id('003')}] two", () => {});
      test.each([['x'], ['y']])(\`[${id('004')}] %s\`, () => {});
      maybe('[${id('005')}] skipped where something is missing', () => {});
      const text = '[${id('008')}] no title';
      // test [${id('006')}] in a comment
      test(
        'later [${id('007')}] in the title',
        () => {},
      );`;
    const found = claimsIn(source).map((claim) => claim.id);
    expect(found).toEqual(
      expect.arrayContaining(['001', '002', '003', '004', '005', '007'].map(id)),
    );
    expect(found).not.toContain(id('006'));
    expect(found).not.toContain(id('008'));
  });

  test('coverage is counted by theme', () => {
    const requirements = [
      { id: id('001'), theme: 'a' },
      { id: id('002'), theme: 'b' },
      { id: id('003'), theme: 'a' },
    ];
    expect(coverageByTheme(requirements, new Map([[id('003'), []]]))).toEqual([
      { theme: 'a', proven: 1, total: 2, unproven: [id('001')] },
      { theme: 'b', proven: 0, total: 1, unproven: [id('002')] },
    ]);
  });

  test('the catalogue is complete and every claim of a test is in it', async () => {
    const requirements = catalogue(await readFile(join(ROOT, 'docs/requirements.json'), 'utf8'));
    const known = new Set(requirements.map((requirement) => requirement.id));
    expect(known.size).toBe(314);
    // Numbers of side channels have their own table: side-channels.test.ts.
    const named = [...(await claims(ROOT)).keys()].filter((claim) => !claim.startsWith('V-'));
    expect(named.filter((claim) => !known.has(claim))).toEqual([]);
  });
});
