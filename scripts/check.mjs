// `npm run check`: compiler, lint and format, one after the other; all run even if one fails.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node24 = join(root, 'scripts/node24.mjs');
const modules = join(root, 'node_modules');
const checks = {
  types: [node24, join(modules, 'typescript/bin/tsc'), '--noEmit', '-p', root],
  // The page of the console runs in browsers: other libraries, so a project of its own.
  'console-types': [
    node24,
    join(modules, 'typescript/bin/tsc'),
    '--noEmit',
    '-p',
    join(root, 'plugins/console/web'),
  ],
  lint: [node24, join(modules, 'eslint/bin/eslint.js'), root],
  format: [join(modules, '@biomejs/biome/bin/biome'), 'format', root],
};
const wanted = process.argv.slice(2);
for (const [name, command] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'clean' : 'not clean'}`);
  if (status !== 0) process.exitCode = 1;
}
