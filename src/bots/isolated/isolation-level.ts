import { endProcess, startProcess } from './process-pool.ts';

/**
 * How far a process of a bot is cut off, in falling order. `namespaces`: the kernel gives it no network and shows it no
 * other process. `limits`: the kernel bounds it; network and signals are closed inside the process only. `process`: the
 * machine has no shell to set limits with.
 */
export type IsolationLevel = 'namespaces' | 'limits' | 'process';

const LEVELS: readonly IsolationLevel[] = ['namespaces', 'limits', 'process'];

/** Heap of the process that is tried, in MiB. */
const MEMORY = 64;

/**
 * Finds out what this machine offers: a process is started in each way until one works.
 * @returns undefined where none does
 */
export async function probeIsolation(): Promise<IsolationLevel | undefined> {
  for (const level of LEVELS) {
    if (await works(level)) return level;
  }
  return undefined;
}

async function works(level: IsolationLevel): Promise<boolean> {
  try {
    await endProcess(await startProcess(level, MEMORY));
    return true;
  } catch {
    // The command is not there, is refused, or the process could not be closed.
    return false;
  }
}
