import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { chooseAccount } from '../src/postgres/account.ts';
import { locateBinaries } from '../src/postgres/binaries.ts';
import { reachableBinaries } from '../src/postgres/binary-cache.ts';
import { ADMIN_ROLE } from '../src/postgres/cluster.ts';
import { connectionUrl } from '../src/postgres/connection-urls.ts';
import { initialiseCluster } from '../src/postgres/initialise-cluster.ts';
import { startPostmaster } from '../src/postgres/postmaster.ts';
import { SOCKET_PORT } from '../src/postgres/settings.ts';
import { makeSocketDirectory } from '../src/postgres/socket-directory.ts';

/** A PostgreSQL server for one test run. */
export interface ThrowawayPostgres {
  /** URL of a superuser. */
  readonly url: string;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

/** Starts a server that forgets everything at the end, and so need not flush anything to disk. */
export async function startThrowawayPostgres(): Promise<ThrowawayPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'diga-test-postgres-'));
  const data = join(folder, 'data');
  const account = await chooseAccount(process.getuid?.(), data);
  const installed = await locateBinaries(platform(), arch());
  const binaries =
    account === undefined ? installed : await reachableBinaries(installed, account.server.uid);
  const { path: socket } = await makeSocketDirectory(
    join(folder, 'socket'),
    tmpdir(),
    account?.server,
  );
  const cluster = { binaries, account, data, socket, port: undefined };
  const password = randomBytes(32).toString('base64url');
  await initialiseCluster(cluster, password);
  await appendFile(
    join(data, 'local.conf'),
    'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n',
  );
  const postmaster = await startPostmaster(cluster, pino({ level: 'silent' }));
  return {
    url: connectionUrl({ host: socket, port: SOCKET_PORT }, ADMIN_ROLE, password, 'postgres'),
    close: async () => {
      await postmaster.stop();
      await rm(folder, { recursive: true, force: true });
      await rm(socket, { recursive: true, force: true });
    },
  };
}
