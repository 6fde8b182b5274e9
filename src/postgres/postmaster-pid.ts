import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failedWith } from './file-errors.ts';

/** Content of `postmaster.pid`, the file by which a running PostgreSQL marks its data directory. */
export interface PostmasterPid {
  readonly pid: number;
  /** `starting`, `ready`, `stopping`; empty until the server has written it. */
  readonly status: string;
}

/**
 * Reads `postmaster.pid`; undefined if there is none or if it is being written.
 * @see https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export async function readPostmasterPid(dataDirectory: string): Promise<PostmasterPid | undefined> {
  try {
    const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}
