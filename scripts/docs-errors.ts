/** Writes `docs/errors.md` and `profiles/CodeSystem-error-code.json` from the error tables. A test compares them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorFiles } from './error-files.ts';

const root = dirname(import.meta.dirname);
for (const [name, text] of await errorFiles()) {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), text);
  console.log(name);
}
