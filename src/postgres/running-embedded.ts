import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type AllDatabaseUrls, databaseUrls } from './connection-urls.ts';
import { readOrCreateCredentials } from './credentials.ts';
import { failedWith } from './file-errors.ts';

/**
 * How a command on the same machine reaches the embedded PostgreSQL of a server that runs; undefined: none runs.
 * @param dataDirectory the product's data directory
 * @see https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export async function runningEmbedded(dataDirectory: string): Promise<AllDatabaseUrls | undefined> {
  const home = join(dataDirectory, 'postgres');
  let lines: readonly string[];
  try {
    lines = (await readFile(join(home, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
    return undefined;
  }
  const port = Number(lines[3]);
  const named = lines[4]?.trim() ?? '';
  if (!Number.isInteger(port) || named === '') return undefined;
  const host = await socketFolder(named, Number(lines[0]));
  if (host === undefined) return undefined;
  return databaseUrls(
    { host, port },
    await readOrCreateCredentials(join(home, 'credentials.json')),
  );
}

/** PostgreSQL under another user was handed the folder open, and knows it by its own descriptor alone. */
async function socketFolder(named: string, pid: number): Promise<string | undefined> {
  const descriptor = /^\/proc\/self\/fd\/(\d+)$/.exec(named)?.[1];
  if (descriptor === undefined) return named;
  try {
    return await readlink(`/proc/${String(pid)}/fd/${descriptor}`);
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
    return undefined;
  }
}
