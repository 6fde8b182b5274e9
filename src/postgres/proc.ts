import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { failedWith } from './file-errors.ts';

/** True if a process with this number exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return failedWith(error, 'EPERM');
  }
}

/**
 * Time at which a process started, in kernel ticks since boot: with the number it names a process for good, as numbers
 * are given out again. Undefined where there is no `/proc` or no such process.
 */
export async function startedAt(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces and parentheses; field 22 is the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Numbers of all processes whose working directory is `directory`; empty where there is no `/proc`. */
export async function processesIn(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === directory ? pid : undefined,
    ),
  );
  return found.filter((pid) => pid !== undefined);
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) throw error;
  }
}

/** Waits until `done` holds, looking every 20 ms; false if it does not within `milliseconds`. */
export async function waitUntil(
  done: () => boolean | Promise<boolean>,
  milliseconds: number,
): Promise<boolean> {
  for (let waited = 0; !(await done()); waited += 20) {
    if (waited >= milliseconds) return false;
    await sleep(20);
  }
  return true;
}
