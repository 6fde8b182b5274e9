import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

const DIRECTORY = join(import.meta.dirname, '../../sandbox');

/** A stand-in of the outside world that runs beside the server. */
export interface Sandbox {
  readonly name: string;
  readonly url: string;
  /** Folder of its keys and state. */
  readonly dataDirectory: string;
}

/** All of them. */
export interface Sandboxes {
  readonly running: readonly Sandbox[];
  /** Resolves when all of them take connections, or have had ten seconds for it. */
  readonly listening: Promise<void>;
  readonly close: () => Promise<void>;
}

/** Which ones to start, and where. */
export interface SandboxOptions {
  /** Folders below `sandbox/`. */
  readonly names: readonly string[];
  /** Port of the first; the others follow. */
  readonly firstPort: number;
  readonly dataDirectory: string;
  readonly log: Logger;
}

/** Names of the stand-ins that there are. */
export async function sandboxNames(): Promise<readonly string[]> {
  const entries = await readdir(DIRECTORY, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Starts the stand-ins as processes of their own: they belong to the outside world, and nothing of them is in the server.
 * They end with the server, also when the server is killed: their standard input closes then.
 */
export function startSandboxes({
  names,
  firstPort,
  dataDirectory,
  log,
}: SandboxOptions): Sandboxes {
  const started = names.map((name, index) => {
    const sandbox: Sandbox = {
      name,
      url: `http://127.0.0.1:${String(firstPort + index)}`,
      dataDirectory: join(dataDirectory, `sandbox-${name}`),
    };
    const child = spawn(
      process.execPath,
      [
        '--no-warnings=ExperimentalWarning',
        join(DIRECTORY, name, 'main.ts'),
        '--port',
        String(firstPort + index),
        '--data',
        sandbox.dataDirectory,
        '--until-stdin-ends',
      ],
      { stdio: ['pipe', 'ignore', 'inherit'], env: {} },
    );
    if (child.pid !== undefined) giveWay(child.pid);
    let stopping = false;
    child.once('exit', (code, signal) => {
      if (!stopping)
        log.error({ event: 'sandbox.ended', sandbox: name, code, signal }, 'A sandbox has ended');
    });
    child.on('error', (error) => {
      log.error(
        { event: 'sandbox.failed', sandbox: name, err: error },
        'A sandbox could not be started',
      );
    });
    return {
      sandbox,
      close: async (): Promise<void> => {
        stopping = true;
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      },
    };
  });
  return {
    running: started.map(({ sandbox }) => sandbox),
    listening: Promise.all(started.map(({ sandbox }) => answers(sandbox.url))).then(
      () => undefined,
    ),
    async close() {
      await Promise.all(started.map(({ close }) => close()));
    },
  };
}

/** Stand-ins make keys at their first start, which takes seconds: the server comes first. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process is gone already, or the platform has no priorities: it then only starts less politely.
  }
}

/** Waits until somebody listens at the address of a URL. */
async function answers(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (connected) return;
    await pause(50);
  }
}
