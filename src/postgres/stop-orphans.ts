import { execFile } from 'node:child_process';
import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readPostmasterPid } from './postmaster-pid.ts';
import { isAlive, processesIn, signal, waitUntil } from './proc.ts';

/** Milliseconds that a server gets for each way of stopping it, gentlest first. */
const STEPS = [
  { name: 'SIGINT', milliseconds: 20_000 },
  { name: 'SIGQUIT', milliseconds: 5_000 },
  { name: 'SIGKILL', milliseconds: 5_000 },
] as const;

/**
 * Ends what a killed predecessor left behind in a data directory: a server without its parent, sessions without their
 * server, or only the file that claims there is one. The caller holds the owner lock, so none of it belongs to anybody.
 * @returns what was found, for the log
 */
export async function stopOrphans(
  dataDirectory: string,
): Promise<'nothing' | 'stale-file' | 'server' | 'sessions'> {
  const file = await readPostmasterPid(dataDirectory);
  if (file === undefined) return 'nothing';
  const directory = await realpath(dataDirectory);
  const running = await postgresProcesses(directory, file.pid);
  if (running.includes(file.pid)) {
    await stop([file.pid]);
    return 'server';
  }
  await stop(running);
  // PostgreSQL trusts the number in this file; it may belong to some other process by now.
  await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
  return running.length > 0 ? 'sessions' : 'stale-file';
}

async function postgresProcesses(directory: string, postmaster: number): Promise<number[]> {
  if (process.platform === 'linux') return processesIn(directory);
  if (!isAlive(postmaster)) return [];
  const ps = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(postmaster)]).catch(
    () => ({ stdout: '' }),
  );
  return ps.stdout.includes(directory) ? [postmaster] : [];
}

async function stop(pids: readonly number[]): Promise<void> {
  const gone = (): boolean => pids.every((pid) => !isAlive(pid));
  for (const step of STEPS) {
    if (gone()) return;
    for (const pid of pids) signal(pid, step.name);
    if (await waitUntil(gone, step.milliseconds)) return;
  }
}
