import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { Database, SqlClient, SqlStatement } from '../../../../src/plugin/sdk.ts';

/** The server of the tests; `npm test` starts one where none answers. */
const SERVER = process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres';

/** An accounts database of its own, with the migrations of the plugin. */
export async function accountsDatabase(): Promise<Database & { drop(): Promise<void> }> {
  const name = `auth_test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.href, max: 8 });
  let dropping = false;
  // Connections that are still closing when the database is dropped hear of it.
  pool.on('error', (error) => {
    if (!dropping) throw error;
  });
  const migration = join(import.meta.dirname, '../../migrations/accounts/000001_accounts.sql');
  await pool.query(await readFile(migration, 'utf8'));
  const client = (runner: { query: Pool['query'] }): SqlClient => ({
    query: async <Row>(statement: SqlStatement) =>
      (await runner.query(statement.text, [...(statement.values ?? [])])).rows as Row[],
  });
  return {
    name: 'accounts',
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
