import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { ADMIN_ROLE } from '../../src/postgres/cluster.ts';
import { readOrCreateCredentials } from '../../src/postgres/credentials.ts';
import { SOCKET_PORT } from '../../src/postgres/settings.ts';

/** How to reach a database of the bench's own cluster as its administrator. */
export interface AdminConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Reads how to reach the cluster that a server of ours runs in `dataDirectory`, which must be short enough for a socket. */
export async function adminConnection(
  dataDirectory: string,
  database: string,
): Promise<AdminConnection> {
  const home = join(dataDirectory, 'postgres');
  await readFile(join(home, 'complete'), 'utf8');
  const { admin } = await readOrCreateCredentials(join(home, 'credentials.json'));
  return {
    host: join(home, 'socket'),
    port: SOCKET_PORT,
    user: ADMIN_ROLE,
    password: admin,
    database,
  };
}

/** Runs work on a connection of its own. */
export async function connected<T>(
  connection: AdminConnection,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
