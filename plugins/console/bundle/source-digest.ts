import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Digest of all that the page is built from: its sources, the versions of what they import, and the build itself. Two
 * checkouts with the same digest build the same page.
 * @param root of the project
 */
export async function sourceDigest(root: string): Promise<string> {
  const web = join(root, 'plugins/console/web');
  const entries = await readdir(web, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  const more = ['package-lock.json', 'scripts/console-build.ts'].map((name) => join(root, name));
  for (const file of [...files, ...more]) {
    const content = await readFile(file);
    hash.update(`${file.slice(root.length)}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
