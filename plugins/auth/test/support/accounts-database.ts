import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { Database, SqlClient, SqlStatement } from '../../../../src/plugin/sdk.ts';

/** The server of the tests; `npm test` starts one where none answers. */
const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';

/** A database of the tests. */
export type TestDatabase = Database & { readonly database: string; drop(): Promise<void> };

/** An accounts database of its own, with the migrations of the plugin. @param count no more than the first so many */
export async function accountsDatabase(count?: number): Promise<TestDatabase> {
  const name = `auth_test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  const database = openAccountsDatabase(name);
  const migrations = join(import.meta.dirname, '../../migrations/accounts');
  for (const file of (await readdir(migrations)).sort().slice(0, count))
    await database.query({ text: await readFile(join(migrations, file), 'utf8') });
  return database;
}

/** A database that another process, or this one, has made. */
export function openAccountsDatabase(name: string): TestDatabase {
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 8 });
  let dropping = false;
  // Connections that are still closing when the database is dropped hear of it.
  pool.on('error', (error) => {
    if (!dropping) throw error;
  });
  const client = (runner: { query: Pool['query'] }): SqlClient => ({
    // Without values the simple protocol is used, which takes a file of statements.
    query: async <Row>({ text, values }: SqlStatement) =>
      (values === undefined ? await runner.query(text) : await runner.query(text, [...values]))
        .rows as Row[],
  });
  return {
    name: 'accounts',
    database: name,
    ...client(pool),
    async transaction(work) {
      const connection = await pool.connect();
      try {
        await connection.query('BEGIN');
        const result = await work(client(connection));
        await connection.query('COMMIT');
        return result;
      } catch (error) {
        await connection.query('ROLLBACK');
        throw error;
      } finally {
        connection.release();
      }
    },
    close: async () => undefined,
    async drop() {
      dropping = true;
      await pool.end();
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  await client.query(statement);
  await client.end();
}
