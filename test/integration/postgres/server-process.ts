import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { AllDatabaseUrls } from '../../../src/postgres/connection-urls.ts';

/** The child program of the tests, running. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly urls: AllDatabaseUrls;
  /** Process number of the PostgreSQL server. */
  readonly postmaster: number;
  /** Lets it stop in the ordinary way. */
  stop(): Promise<void>;
}

/** Why the child program did not start. */
export interface StartFailure {
  readonly code: string | undefined;
  readonly text: string;
}

/** Starts the child program under the user given, or under our own. */
export async function startServerProcess(
  dataDirectory: string,
  user?: { readonly uid: number; readonly gid: number },
): Promise<ServerProcess> {
  const started = await tryServerProcess(dataDirectory, user);
  if (!('urls' in started)) throw new Error(started.text);
  return started;
}

/** Like {@link startServerProcess}, but gives back why it failed. */
export async function tryServerProcess(
  dataDirectory: string,
  user?: { readonly uid: number; readonly gid: number },
): Promise<ServerProcess | StartFailure> {
  const program = join(import.meta.dirname, 'embedded-child.ts');
  const child = spawn(process.execPath, [program, dataDirectory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin' },
    ...user,
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  const answer = JSON.parse(line) as { urls: AllDatabaseUrls } | StartFailure;
  if (!('urls' in answer)) return answer;
  return {
    child,
    urls: answer.urls,
    postmaster: await postmasterOf(dataDirectory),
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Ends a process at once, as the kernel does when memory runs out. */
export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Process number in `postmaster.pid`. */
export async function postmasterOf(dataDirectory: string): Promise<number> {
  const text = await readFile(join(dataDirectory, 'postgres/data/postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

/** Numbers of the processes whose command line contains `text`; Linux only. */
export async function processesWith(...texts: readonly string[]): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return texts.every((text) => line.split('\0').includes(text)) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

/** Runs one statement on a connection of its own. */
export async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  // The tests kill servers under open connections.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** User and supplementary groups of a process; Linux only. */
export async function processStatus(pid: number): Promise<{ uid: number; groups: number[] }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number[] =>
    (new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1] ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  return { uid: field('Uid')[0] ?? -1, groups: field('Groups') };
}
