import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const NODE_OPTIONS = ['--no-warnings=ExperimentalWarning'];

/** The whole product as `npm start` runs it, in a process and a folder of its own. */
export interface Product {
  readonly url: string;
  /** Runs a script of the project against it. */
  run(script: string, ...options: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

/** How a script has ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Starts the sandbox: embedded PostgreSQL, plugins, bots, and the stand-ins on the next port. */
export async function startProduct(): Promise<Product> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-journey-'));
  const port = await freePair();
  const env = { PATH: process.env['PATH'], DIGA_DATA_DIRECTORY: directory };
  const server = spawn(process.execPath, [...NODE_OPTIONS, 'src/main.ts', '--port', String(port)], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const close = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await ready(server);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://localhost:${String(port)}`,
    async run(script, ...options) {
      const child = spawn(process.execPath, [...NODE_OPTIONS, script, ...options], {
        cwd: ROOT,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const output = collect(child);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: output() };
    },
    close,
  };
}

/** Resolves when the start-up screen is there. */
async function ready(server: ChildProcess): Promise<void> {
  const output = collect(server);
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', () => {
      if (output().includes('diga-server is ready')) resolve();
    });
    server.once('exit', () => {
      reject(new Error(`The server has ended:\n${output()}`));
    });
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

/** A free port whose next one is free too: the stand-in of the insurers takes that. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port < 65_535 && (await listenOnce(port + 1).catch(() => undefined)) !== undefined) {
      return port;
    }
  }
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return taken;
}
