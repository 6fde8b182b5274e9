import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';
import type { DatabaseName } from '../../src/storage/database.ts';

const AREAS = ['clinical', 'accounts', 'billing'] as const satisfies readonly DatabaseName[];

/** Three databases with an owner and a runtime role each, as in production. */
export interface TestDatabases {
  readonly urls: Readonly<Record<DatabaseName, DatabaseConfig>>;
  /** Connection URL of a superuser in the clinical database: what no role of the product may do. */
  readonly superuserUrl: string;
  drop(): Promise<void>;
}

/**
 * Makes databases on the PostgreSQL server of the tests. Where none answers, a PostgreSQL of its own is started for
 * them: `npm test` needs nothing installed.
 */
export async function createTestDatabases(): Promise<TestDatabases> {
  const server = await postgresServer();
  const prefix = `diga_test_${randomBytes(6).toString('hex')}`;
  await administer(
    server.url,
    AREAS.flatMap((area) => [
      `create role ${prefix}_${area}_owner login password 'test'`,
      `create role ${prefix}_${area}_app login password 'test'`,
      `create database ${prefix}_${area} owner ${prefix}_${area}_owner encoding 'UTF8' template template0`,
    ]),
  );
  const entries = AREAS.map((area): [DatabaseName, DatabaseConfig] => {
    const name = `${prefix}_${area}`;
    return [
      area,
      {
        url: urlOf(server.url, name, `${name}_app`),
        ownerUrl: urlOf(server.url, name, `${name}_owner`),
      },
    ];
  });
  return {
    urls: Object.fromEntries(entries) as Record<DatabaseName, DatabaseConfig>,
    superuserUrl: urlOf(server.url, `${prefix}_clinical`),
    async drop() {
      await administer(server.url, [
        ...AREAS.map((area) => `drop database if exists ${prefix}_${area} with (force)`),
        ...AREAS.flatMap((area) => [
          `drop role if exists ${prefix}_${area}_app`,
          `drop role if exists ${prefix}_${area}_owner`,
        ]),
      ]);
      await server.close();
    },
  };
}

interface PostgresServer {
  /** URL of a superuser. */
  readonly url: string;
  close(): Promise<void>;
}

async function postgresServer(): Promise<PostgresServer> {
  const url = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';
  return (await answers(url)) ? { url, close: () => Promise.resolve() } : embeddedServer();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** A PostgreSQL of its own in a folder that is removed with it. */
export async function embeddedServer(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'diga-postgres-'));
  const log = pino({ level: 'silent' });
  const embedded = await startEmbeddedPostgres({ dataDirectory: directory, log });
  const credentials = JSON.parse(
    await readFile(join(directory, 'postgres/credentials.json'), 'utf8'),
  ) as { readonly admin: string };
  const url = new URL(embedded.urls.clinical.ownerUrl);
  url.username = 'diga_admin';
  url.password = encodeURIComponent(credentials.admin);
  url.pathname = '/postgres';
  return {
    url: url.href,
    async close() {
      await embedded.close();
      await rm(directory, { recursive: true });
    },
  };
}

function urlOf(server: string, database: string, role?: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (role !== undefined) {
    url.username = role;
    url.password = 'test';
  }
  return url.href;
}

async function administer(server: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
