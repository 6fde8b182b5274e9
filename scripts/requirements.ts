/**
 * `npm run requirements [-- --unproven] [-- --json]`: which requirements the titles of tests claim to prove, by theme.
 * A title counts if it stands in a source file of a test; that it passes is what `npm test` shows.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue, claims, coverageByTheme } from './requirement-claims.ts';

const root = join(import.meta.dirname, '..');
const options = new Set(process.argv.slice(2));
const requirements = catalogue(await readFile(join(root, 'docs/requirements.json'), 'utf8'));
const proven = await claims(root);

if (options.has('--json')) {
  const rows = requirements.map(({ id, theme }) => ({ id, theme, tests: proven.get(id) ?? [] }));
  console.log(JSON.stringify(rows, null, 2));
} else {
  const themes = coverageByTheme(requirements, proven);
  for (const { theme, proven: count, total, unproven } of themes) {
    console.log(`${theme.padEnd(10)} ${String(count).padStart(3)} of ${String(total).padStart(3)}`);
    if (options.has('--unproven') && unproven.length > 0)
      console.log(`           ${unproven.join(' ')}`);
  }
  const total = themes.reduce((sum, theme) => sum + theme.proven, 0);
  console.log(`\n${total} of ${requirements.length} requirements have a test that names them.`);
}
const known = new Set(requirements.map(({ id }) => id));
// Side channels (`V-01` …) have a table of their own, docs/side-channels.md.
const unknown = [...proven.keys()].filter((id) => id.startsWith('R-') && !known.has(id));
if (unknown.length > 0) {
  console.error(`Titles name requirements that do not exist: ${unknown.join(', ')}`);
  process.exitCode = 1;
}
