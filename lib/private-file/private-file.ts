import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';

/**
 * Reads a file, or writes it first, readable by its owner only. Safe against a second process doing the same and
 * against a crash: the file is complete under its name or not there at all.
 */
export async function readOrCreatePrivateFile(
  path: string,
  make: () => Promise<string>,
): Promise<string> {
  const present = await readIfPresent(path);
  if (present !== undefined) return present;
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, await make(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary);
  }
  return readFile(path, 'utf8');
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
