import { join } from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';
import type { Database, DatabaseName } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import { openPostgres } from '../storage/postgres.ts';

const SOURCE = join(import.meta.dirname, '..');

/** Tables of the host: which folder goes into which database. */
const HOST_TABLES: readonly (readonly [database: DatabaseName, area: string, directory: string])[] =
  [
    ['clinical', 'clinical', join(SOURCE, 'storage/migrations/clinical')],
    ['clinical', 'audit', join(SOURCE, 'audit/migrations')],
    ['clinical', 'jobs', join(SOURCE, 'jobs/migrations')],
    ['clinical', 'bulk', join(SOURCE, 'bulk/migrations')],
    ['clinical', 'aggregates', join(SOURCE, 'aggregates/migrations')],
    ['clinical', 'blobs', join(SOURCE, 'blobs/migrations')],
    ['clinical', 'subscriptions', join(SOURCE, 'subscriptions/migrations')],
    ['clinical', 'bots', join(SOURCE, 'bots/migrations')],
    ['accounts', 'jobs', join(SOURCE, 'jobs/migrations')],
    ['billing', 'jobs', join(SOURCE, 'jobs/migrations')],
  ];

/** Connections of each pool. */
const CONNECTIONS: Readonly<Record<DatabaseName, number>> = {
  clinical: 16,
  accounts: 6,
  billing: 6,
};

/** The three databases, ready for use. */
export interface Databases {
  readonly pools: Readonly<Record<DatabaseName, Database>>;
  /** Connection URL of the runtime role, for sessions of their own. */
  readonly urls: Readonly<Record<DatabaseName, string>>;
  /** Brings tables up to date as their owner. */
  migrate(database: DatabaseName, area: string, directory: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts the embedded PostgreSQL, or takes the servers of the configuration, and brings the host's tables up to date. */
export async function openDatabases(config: Config, log: Logger): Promise<Databases> {
  const embedded =
    config.databases === undefined
      ? await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log })
      : undefined;
  const servers = embedded?.urls ?? config.databases;
  if (servers === undefined) throw new TypeError('No databases');
  const migrateArea = (database: DatabaseName, area: string, directory: string): Promise<void> =>
    migrateAsOwner(servers[database].ownerUrl, servers[database].url, area, directory);
  try {
    // All are waited for, so that nothing still works on a server that is being stopped.
    const outcomes = await Promise.allSettled(
      (['clinical', 'accounts', 'billing'] as const).map(async (name) => {
        for (const [database, area, directory] of HOST_TABLES) {
          if (database === name) await migrateArea(database, area, directory);
        }
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  } catch (error) {
    await embedded?.close();
    throw error;
  }
  const open = (name: DatabaseName): Database =>
    openPostgres({
      name,
      url: servers[name].url,
      connections: CONNECTIONS[name],
      onIdleError: (error) => {
        log.warn(
          {
            event: 'database.connection.lost',
            database: name,
            code: (error as { code?: string }).code,
          },
          'Connection lost',
        );
      },
    });
  const pools = {
    clinical: open('clinical'),
    accounts: open('accounts'),
    billing: open('billing'),
  };
  return {
    pools,
    urls: {
      clinical: servers.clinical.url,
      accounts: servers.accounts.url,
      billing: servers.billing.url,
    },
    migrate: migrateArea,
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()));
      await embedded?.close();
    },
  };
}

/** Brings the tables of an area up to date under the owner role. */
export async function migrateAsOwner(
  ownerUrl: string,
  url: string,
  area: string,
  directory: string,
): Promise<void> {
  const connection = new pg.Client({
    connectionString: ownerUrl,
    application_name: 'diga-server migrate',
  });
  // What breaks the connection also fails the statement that runs on it; that error is the one to tell.
  connection.on('error', () => undefined);
  await connection.connect();
  try {
    await migrate({
      connection,
      directory,
      area,
      runtimeRole: decodeURIComponent(new URL(url).username),
    });
  } finally {
    await connection.end();
  }
}
