import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../../../src/storage/migrate.ts';
import { openPostgres } from '../../../../src/storage/postgres.ts';
import type { Database } from '../../../../src/plugin/sdk.ts';

const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';
const ROOT = join(import.meta.dirname, '../../../..');

/** URLs of the runtime roles of the three databases of one test. */
export interface DatabaseUrls {
  readonly accounts: string;
  readonly billing: string;
  /** FHIR resources of the test's repository. */
  readonly clinical: string;
}

/** Databases that exist for one test file, with owner and runtime role as in production. */
export interface TestDatabases {
  readonly urls: DatabaseUrls;
  /** Connection of the owner, who sees and may do everything. */
  owner(name: keyof DatabaseUrls): Promise<pg.Client>;
  drop(): Promise<void>;
}

/** Creates the databases and brings the tables of jobs and plugin up to date with the real migrations. */
export async function createDatabases(): Promise<TestDatabases> {
  const id = randomBytes(5).toString('hex');
  const role = `gkv_test_${id}_app`;
  const nameOf = (name: keyof DatabaseUrls): string => `gkv_test_${id}_${name}`;
  const at = (name: keyof DatabaseUrls, user?: string): string => {
    const url = new URL(SERVER);
    url.pathname = `/${nameOf(name)}`;
    if (user !== undefined) {
      url.username = user;
      url.password = 'test';
    }
    return url.href;
  };
  await administer(`create role ${role} login password 'test'`);
  const owner = async (name: keyof DatabaseUrls): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: at(name) });
    await client.connect();
    return client;
  };
  for (const name of ['accounts', 'billing', 'clinical'] as const) {
    await administer(`create database ${nameOf(name)} encoding 'UTF8' template template0`);
    const connection = await owner(name);
    if (name === 'clinical') {
      await connection.query(
        'create table resource (type text, id text, content json not null, written integer not null default 1, primary key (type, id))',
      );
      await connection.query(`grant select, insert, update on resource to ${role}`);
    } else {
      const folders = [
        ['jobs', 'src/jobs/migrations'],
        ['plugin/gkv', `plugins/gkv/migrations/${name}`],
      ] as const;
      for (const [area, folder] of folders) {
        await migrate({ connection, directory: join(ROOT, folder), area, runtimeRole: role });
      }
    }
    await connection.end();
  }
  return {
    urls: {
      accounts: at('accounts', role),
      billing: at('billing', role),
      clinical: at('clinical', role),
    },
    owner,
    async drop() {
      for (const name of ['accounts', 'billing', 'clinical'] as const) {
        await administer(`drop database if exists ${nameOf(name)} with (force)`);
      }
      await administer(`drop role if exists ${role}`);
    },
  };
}

/** Opens a database as the server does. */
export function openDatabase(name: keyof DatabaseUrls, url: string): Database {
  return openPostgres({ name, url, connections: 6, onIdleError: () => undefined });
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  await client.query(statement);
  await client.end();
}
