import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** Joins a condition with what a search of the caller may find. */
const NARROWS = /\.where\([\w.']+, 'search'\)/;
/** Lets the conditions of a caller through the guard of hidden elements. */
const GUARDS = /\b(?:guardFields|guardedWhere|isBlocked)\(/;

/** Files that narrow without a condition of a caller, each with the reason. */
const WITHOUT_CONDITION: Readonly<Record<string, string>> = {
  'src/search/rewriters/narrow.ts': 'a law of the rewriters, for tests of policies',
  'src/storage/repository/reading/distinct-meta.ts':
    'asks for everything that is shown, of kinds that are shown',
  'src/audit/access-log/read-rows.ts': 'asks for all rows about the patient who reads them',
};

describe('[R-120] no condition of a caller reaches the database past the guard of hidden elements', () => {
  const files = globSync('{src,plugins}/**/*.ts', { cwd: ROOT }).filter(
    (file) => !file.includes('/test/') && NARROWS.test(readFileSync(join(ROOT, file), 'utf8')),
  );

  test('there are such files', () => {
    expect(files.length).toBeGreaterThan(5);
  });

  test.each(files)('%s', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(GUARDS.test(text) || Object.hasOwn(WITHOUT_CONDITION, file)).toBe(true);
  });
});
