import { join } from 'node:path';
import type pg from 'pg';
import { migrate } from '../../src/storage/migrate.ts';
import { databaseNames } from '../../src/postgres/database-names.ts';
import { type AdminConnection, connected } from './cluster-access.ts';

const MIGRATIONS = join(import.meta.dirname, '../../src/storage/migrations/clinical');
const NAME = 'bench_raw';
const ROWS = 1000;

/**
 * Makes a database beside the server's on the same PostgreSQL: the same tables and indexes, the same rows. What is asked
 * of it differs from what the server asks by the FHIR in between, and by nothing else.
 */
export async function createRawDatabase(clinical: AdminConnection): Promise<AdminConnection> {
  const raw = { ...clinical, database: NAME };
  await connected({ ...clinical, database: 'postgres' }, (client) =>
    client.query(`create database ${NAME}`),
  );
  await connected(raw, (client) =>
    migrate({
      connection: client,
      directory: MIGRATIONS,
      area: 'clinical',
      runtimeRole: databaseNames('clinical').runtime,
    }),
  );
  await connected(clinical, (from) =>
    connected(raw, async (to) => {
      for (const table of ['resource', 'resource_version', 'resource_range', 'resource_string'])
        await copy(from, to, table);
    }),
  );
  await connected(raw, (client) => client.query('vacuum analyze'));
  return raw;
}

/** Rows travel as JSON text that nobody parses on the way, so no number loses digits. */
async function copy(from: pg.Client, to: pg.Client, table: string): Promise<void> {
  await from.query('begin');
  await from.query(
    `declare rows no scroll cursor for select row_to_json(r)::text as json from ${table} r`,
  );
  for (;;) {
    const { rows } = await from.query<{ json: string }>(`fetch ${ROWS} from rows`);
    if (rows.length === 0) break;
    await to.query(
      `insert into ${table} select r.* from unnest($1::text[]) as j, json_populate_record(null::${table}, j::json) as r`,
      [rows.map(({ json }) => json)],
    );
  }
  await from.query('commit');
}
