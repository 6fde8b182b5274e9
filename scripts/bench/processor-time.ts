import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second; Linux has had 100 on every architecture for decades. */
const TICKS = 100;

/** Processor seconds that the processes have used; undefined where there is no /proc. */
export type ProcessorTime = () => number | undefined;

/** Processor seconds of one process, its threads included. */
export function processTime(pid: number): ProcessorTime {
  return () => {
    const fields = statOf(pid);
    return fields && (fields.user + fields.system) / TICKS;
  };
}

/**
 * Processor seconds of a process with all its children, the ended ones included: PostgreSQL has a process for each
 * connection.
 */
export function treeTime(pid: number): ProcessorTime {
  return () => {
    const root = statOf(pid);
    if (root === undefined) return undefined;
    let ticks = root.user + root.system + root.endedChildren;
    for (const name of readdirSync('/proc')) {
      const child = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
      if (child?.parent === pid) ticks += child.user + child.system;
    }
    return ticks / TICKS;
  };
}

/** Resident memory of a process now and at its highest, in bytes; undefined where there is no /proc. */
export function residentMemory(pid: number): { now: number; highest: number } | undefined {
  const text = contentOf(`/proc/${pid}/status`);
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1]) * 1024;
  return text === undefined ? undefined : { now: kilobytes('VmRSS'), highest: kilobytes('VmHWM') };
}

interface Stat {
  readonly parent: number;
  readonly user: number;
  readonly system: number;
  readonly endedChildren: number;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): Stat | undefined {
  const text = contentOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name of the program stands in brackets and may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (index: number): number => fields[index] ?? 0;
  return { parent: at(1), user: at(11), system: at(12), endedChildren: at(13) + at(14) };
}

/** Processes end while we look at them. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
