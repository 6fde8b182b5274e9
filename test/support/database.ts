import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/storage/migrate.ts';

/** Server that the tests use; each test gets a database of its own there. */
const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';

const ROOT = join(import.meta.dirname, '../..');

/** A database that exists for one test file, with an owner and a runtime role as in production. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly ownerUrl: string;
  drop(): Promise<void>;
}

/** True if the PostgreSQL server of the tests answers. */
export async function postgresAnswers(): Promise<boolean> {
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Creates a database with the tables of the clinical store. */
export async function createClinicalDatabase(): Promise<TestDatabase> {
  const name = `diga_test_${randomBytes(6).toString('hex')}`;
  const role = `${name}_app`;
  const admin = new pg.Client({ connectionString: SERVER });
  await admin.connect();
  await admin.query(`create role ${role} login password 'test'`);
  await admin.query(`create database ${name} encoding 'UTF8' template template0`);
  await admin.end();
  const ownerUrl = withDatabase(SERVER, name);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await migrate({
    connection: owner,
    directory: join(ROOT, 'src/storage/migrations/clinical'),
    area: 'clinical',
    runtimeRole: role,
  });
  await owner.end();
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = 'test';
  return {
    name,
    url: url.href,
    ownerUrl,
    async drop() {
      const again = new pg.Client({ connectionString: SERVER });
      await again.connect();
      await again.query(`drop database if exists ${name} with (force)`);
      await again.query(`drop role if exists ${role}`);
      await again.end();
    },
  };
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
