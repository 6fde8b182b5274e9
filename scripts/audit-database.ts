import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../src/config/config.ts';
import { databaseUrls } from '../src/postgres/connection-urls.ts';
import { readOrCreateCredentials } from '../src/postgres/credentials.ts';
import { SOCKET_PORT } from '../src/postgres/settings.ts';

/**
 * Connection URL of the clinical database, where the ledger is, for a command that was given none: that of the
 * configuration, or of the embedded PostgreSQL, which runs while the server does. With the server's rights.
 * @throws TypeError in one sentence, if the embedded PostgreSQL does not run or listens elsewhere
 */
export async function clinicalUrl(
  config: Pick<Config, 'databases' | 'dataDirectory'>,
): Promise<string> {
  const urls = config.databases ?? (await embeddedUrls(config.dataDirectory));
  return urls.clinical.url;
}

async function embeddedUrls(dataDirectory: string) {
  const home = join(dataDirectory, 'postgres');
  const socket = join(home, 'socket');
  try {
    await access(join(socket, `.s.PGSQL.${String(SOCKET_PORT)}`));
  } catch (cause) {
    throw new TypeError(
      `The embedded PostgreSQL does not answer in ${socket}: start the server, or give --url postgresql://…`,
      { cause },
    );
  }
  const credentials = await readOrCreateCredentials(join(home, 'credentials.json'));
  return databaseUrls({ host: socket, port: SOCKET_PORT }, credentials);
}
