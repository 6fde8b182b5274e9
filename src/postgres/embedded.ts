import { mkdir, stat, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { chooseAccount } from './account.ts';
import { locateBinaries } from './binaries.ts';
import { reachableBinaries } from './binary-cache.ts';
import { ADMIN_ROLE, type Cluster } from './cluster.ts';
import { type AllDatabaseUrls, databaseUrls } from './connection-urls.ts';
import { type DatabaseCredentials, readOrCreateCredentials } from './credentials.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { failedWith } from './file-errors.ts';
import { clusterVersion, initialiseCluster } from './initialise-cluster.ts';
import { keepRunning } from './keep-running.ts';
import { takeOwnership } from './owner-lock.ts';
import { prepareDatabases } from './prepare-databases.ts';
import { SOCKET_PORT } from './settings.ts';
import { makeSocketDirectory } from './socket-directory.ts';
import { stopOrphans } from './stop-orphans.ts';
import { syncDirectory, syncTree } from './sync-files.ts';

/** What the embedded PostgreSQL needs to know. */
export interface EmbeddedPostgresOptions {
  /** The product's data directory; the cluster lies in `postgres/` below it. Made if it does not exist. */
  readonly dataDirectory: string;
  readonly log: Logger;
  /** TCP port on 127.0.0.1 for tools such as psql; without it there is a Unix socket only. */
  readonly port?: number;
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Connection URLs per data area; they contain passwords. */
  readonly urls: AllDatabaseUrls;
  /** Fast shutdown: what is committed is on disk. */
  close(): Promise<void>;
}

/**
 * Starts the PostgreSQL that came with npm, creating its cluster and the three databases at the first start. It runs as
 * this user, or under an unprivileged user id if this process is root; it survives neither this process nor `close`.
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const home = join(options.dataDirectory, 'postgres');
  const data = join(home, 'data');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const release = await takeOwnership(join(home, 'owner.json'), home);
  try {
    const orphans = await stopOrphans(data);
    if (orphans !== 'nothing')
      options.log.warn({ event: 'postgres.orphans.ended', found: orphans });
    const account = await chooseAccount(process.getuid?.(), data);
    const installed = await locateBinaries(platform(), arch());
    const binaries =
      account === undefined ? installed : await reachableBinaries(installed, account.server.uid);
    const credentials = await readOrCreateCredentials(join(home, 'credentials.json'));
    const socket = await makeSocketDirectory(join(home, 'socket'), tmpdir(), account?.server);
    const cluster: Cluster = { binaries, account, data, socket: socket.path, port: options.port };
    try {
      const stop = await start(cluster, credentials, join(home, 'complete'), options.log);
      const close = async (): Promise<void> => {
        await stop();
        await socket.remove();
        await release();
      };
      return { urls: databaseUrls(addressOf(cluster), credentials), close };
    } catch (error) {
      await socket.remove();
      throw error;
    }
  } catch (error) {
    await release();
    throw error;
  }
}

/** Starts the cluster; where the file `complete` is missing, makes it from scratch. */
async function start(
  cluster: Cluster,
  credentials: DatabaseCredentials,
  complete: string,
  log: Logger,
): Promise<() => Promise<void>> {
  if (await exists(complete)) {
    await refuseOtherVersion(cluster);
    return keepRunning(cluster, log);
  }
  await initialiseCluster(cluster, credentials.admin);
  const stop = await keepRunning(cluster, log);
  try {
    const administrator = {
      ...addressOf(cluster),
      user: ADMIN_ROLE,
      password: credentials.admin,
      database: 'postgres',
    };
    // The server flushes what it writes itself; initdb has flushed nothing.
    await Promise.all([prepareDatabases(administrator, credentials), syncTree(cluster.data)]);
    await writeFile(complete, `${cluster.binaries.version}\n`, { flush: true });
    await syncDirectory(complete);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function refuseOtherVersion(cluster: Cluster): Promise<void> {
  const found = await clusterVersion(cluster);
  const [expected = ''] = cluster.binaries.version.split('.');
  if (found !== expected) {
    const directory = cluster.data;
    throw new EmbeddedPostgresError('POSTGRES_VERSION_MISMATCH', {
      directory,
      found: found ?? 'none',
      expected,
    });
  }
}

function addressOf(cluster: Cluster): { host: string; port: number } {
  return { host: cluster.socket, port: cluster.port ?? SOCKET_PORT };
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return false;
    throw error;
  }
}
