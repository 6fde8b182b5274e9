import { chmod, cp, lstat, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';

/** Where copies of the binaries lie; only root writes there. */
const CACHE_DIRECTORY = '/var/cache/diga-server';

/**
 * Gives binaries that an unprivileged user can execute: the installed ones if every folder above them lets others in,
 * else a copy that is made once (a checkout below `/root` is closed to everybody else).
 * @throws EmbeddedPostgresError `POSTGRES_CACHE_UNWRITABLE`
 */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  uid: number,
  cacheDirectory: string = CACHE_DIRECTORY,
): Promise<PostgresBinaries> {
  if (await othersMayEnter(join(binaries.directory, 'bin'))) return binaries;
  const directory = join(cacheDirectory, `postgresql-${binaries.version}`);
  try {
    await mkdir(cacheDirectory, { recursive: true, mode: 0o755 });
    if (!(await exists(directory))) await copy(binaries.directory, directory);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'POSTGRES_CACHE_UNWRITABLE',
      { uid, directory: binaries.directory, cache: cacheDirectory },
      { cause: error },
    );
  }
  return { directory, version: binaries.version };
}

async function othersMayEnter(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Copies under another name first, so that a copy cut short is never taken for a complete one. */
async function copy(from: string, to: string): Promise<void> {
  const partial = await mkdtemp(`${to}.`);
  for (const part of ['bin', 'lib', 'share']) {
    await cp(join(from, part), join(partial, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
  }
  await chmod(partial, 0o755);
  try {
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!failedWith(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return false;
    throw error;
  }
}
