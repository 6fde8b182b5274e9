import { type ChildProcess, spawn } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { CHILD_ENVIRONMENT } from './child-environment.ts';
import type { Cluster } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { handOver } from './hand-over.ts';
import { readPostmasterPid } from './postmaster-pid.ts';
import { waitUntil } from './proc.ts';
import { pgHbaConf, postgresqlConf } from './settings.ts';
import { clearSocketDirectory } from './socket-directory.ts';
import { tieToThisProcess } from './watchdog.ts';

/** Milliseconds after which a stop ends sessions hard. */
const STOP_PATIENCE = 30_000;
/** Milliseconds that replaying the log after a crash may take. */
const START_PATIENCE = 600_000;

/** A running PostgreSQL server. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with a description of how the process ended. */
  readonly exited: Promise<string>;
  /** Fast shutdown: sessions are ended, what is committed is written out. */
  stop(): Promise<void>;
}

/**
 * Starts the server and waits until it takes connections, after a crash until the log is replayed.
 * The caller owns the data directory and has ended whatever ran there before.
 * @throws EmbeddedPostgresError `POSTGRES_START_FAILED`, `POSTGRES_USER_UNAVAILABLE`
 */
export async function startPostmaster(cluster: Cluster, log: Logger): Promise<Postmaster> {
  await clearSocketDirectory(cluster.socket);
  const handed = await handOver([cluster.data, cluster.socket], cluster.account !== undefined);
  const [data = cluster.data, socketDirectory = cluster.socket] = handed.names;
  await writeOwned(cluster, 'pg_hba.conf', pgHbaConf());
  await writeOwned(
    cluster,
    'postgresql.conf',
    postgresqlConf({
      socketDirectory,
      ...(cluster.port === undefined ? {} : { port: cluster.port }),
    }),
  );
  const child = spawnServer(cluster, data, handed.descriptors);
  const lastMessages = forwardMessages(child, log);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
  await handed.close();
  const { pid } = child;
  if (pid === undefined) {
    throw new EmbeddedPostgresError('POSTGRES_START_FAILED', { reason: await exited });
  }
  const untie = tieToThisProcess(pid, cluster);
  void exited.then(untie);

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const ready = async (): Promise<boolean> => {
    const file = await readPostmasterPid(cluster.data);
    return !running() || (file?.pid === pid && file.status === 'ready');
  };
  await waitUntil(ready, START_PATIENCE);
  if (!running()) {
    const reason = `${await exited}; ${lastMessages.join(' ')}`;
    throw new EmbeddedPostgresError('POSTGRES_START_FAILED', { reason });
  }
  return { pid, exited, stop: () => stop(child, exited) };
}

function spawnServer(cluster: Cluster, data: string, descriptors: readonly number[]): ChildProcess {
  try {
    return spawn(join(cluster.binaries.directory, 'bin/postgres'), ['-D', data], {
      cwd: '/',
      env: CHILD_ENVIRONMENT,
      // Ctrl-C goes to the whole process group: we get to answer open requests before the server stops.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', ...descriptors],
      ...cluster.account?.server,
    });
  } catch (error) {
    throw new EmbeddedPostgresError('POSTGRES_USER_UNAVAILABLE', {}, { cause: error });
  }
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill('SIGINT');
  const hard = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE);
  await exited;
  clearTimeout(hard);
}

async function writeOwned(cluster: Cluster, name: string, text: string): Promise<void> {
  const file = join(cluster.data, name);
  await writeFile(file, text, { mode: 0o600 });
  if (cluster.account !== undefined) {
    await chown(file, cluster.account.server.uid, cluster.account.server.gid);
  }
}

/** Passes the server's messages to our log and keeps the last few for an error text. */
function forwardMessages(child: ChildProcess, log: Logger): readonly string[] {
  const last: string[] = [];
  if (child.stderr === null) return last;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (last.push(line) > 5) last.shift();
    const level = /^\s*(?:ERROR|FATAL|PANIC|WARNING):/.test(line) ? 'warn' : 'debug';
    log[level]({ event: 'postgres.message', message: line });
  });
  return last;
}
