import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { JWK } from 'jose';
import { requestToken } from '../../plugins/auth/clients/request-token.ts';
import {
  type SandboxRole,
  sandboxClientId,
  sandboxKeyFile,
} from '../../plugins/auth/clients/sandbox-clients.ts';
import { systemClock } from '../../src/clock.ts';
import { readPostmasterPid } from '../../src/postgres/postmaster-pid.ts';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT = 120_000;

/** The product, started for the bench as `npm start` starts it, on a data directory of its own. */
export interface ServerProcess {
  readonly origin: string;
  readonly pid: number;
  /** Process id of the embedded PostgreSQL. */
  readonly postgresPid: number;
  /** Milliseconds from the start of the process until it took requests. */
  readonly startMilliseconds: number;
  token(role: SandboxRole): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the server in sandbox mode with its embedded PostgreSQL, without the stand-ins of the outside world.
 * @param settings more `--set` arguments
 * @param nodeOptions options of Node, such as `--cpu-prof`
 * @param entry the module that is run
 */
export async function startServerProcess(
  dataDirectory: string,
  settings: readonly string[],
  nodeOptions: readonly string[],
  entry = 'src/main.ts',
): Promise<ServerProcess> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--no-warnings=ExperimentalWarning',
      ...nodeOptions,
      join(ROOT, entry),
      ...['--port', String(port)],
      ...[
        `dataDirectory=${dataDirectory}`,
        'log.level=warn',
        'sandboxes=false',
        ...settings,
      ].flatMap((setting) => ['--set', setting]),
    ],
    { cwd: dataDirectory, env: {}, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await ready(child);
  const startMilliseconds = performance.now() - started;
  const postgres = await readPostmasterPid(join(dataDirectory, 'postgres/data'));
  if (child.pid === undefined || postgres === undefined)
    throw new TypeError('The server has no process id.');
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    pid: child.pid,
    postgresPid: postgres.pid,
    startMilliseconds,
    async token(role) {
      const file = join(dataDirectory, 'plugins/auth', sandboxKeyFile(role));
      const key = JSON.parse(await readFile(file, 'utf8')) as JWK;
      return requestToken(origin, sandboxClientId(role), key, systemClock);
    },
    stop: () => stopProcess(child),
  };
}

/** Ends a process that was started here, and waits for its end. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  const text = child.stdout;
  if (text === null) throw new TypeError('No output to read');
  text.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new TypeError(`The server was not ready after ${START_LIMIT / 1000} s.`));
    }, START_LIMIT);
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      done();
    };
    text.on('data', (chunk: string) => {
      // The text goes on being read, so that the pipe never fills; only its beginning is looked at.
      if (output.length > 65_536) return;
      output += chunk;
      if (output.includes('diga-server is ready')) settle(resolve);
    });
    child.once('exit', (code) => {
      settle(() => {
        reject(new TypeError(`The server ended with code ${String(code)} before it was ready.`));
      });
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new TypeError('No port');
  return address.port;
}
