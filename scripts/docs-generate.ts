/** `npm run docs:generate`: writes the files that are made from the source. A test compares them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const root = dirname(import.meta.dirname);
for (const [name, text] of generatedFiles()) {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), text);
  console.log(name);
}
