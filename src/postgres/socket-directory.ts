import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from './account.ts';

/** Longest path of a Unix socket on the strictest of our systems (macOS), in bytes without the final zero. */
const LONGEST_SOCKET_PATH = 103;

/** The folder of a Unix socket. */
export interface SocketDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes the folder for the Unix socket, closed to other users: `wanted`, or a folder for temporary files where the path
 * would be longer than the system allows.
 */
export async function makeSocketDirectory(
  wanted: string,
  temporary: string,
  owner: ProcessIdentity | undefined,
): Promise<SocketDirectory> {
  const length = Buffer.byteLength(join(wanted, '.s.PGSQL.65535'));
  const path =
    length <= LONGEST_SOCKET_PATH ? wanted : await mkdtemp(join(temporary, 'diga-server-'));
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Removes what a killed server left in the folder. PostgreSQL does so itself only once the process number in the lock
 * file is gone, and in a container without an init process it stays taken by a zombie.
 */
export async function clearSocketDirectory(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { force: true });
}
