import { MigrationError } from './migration-error.ts';
import { type MigrationFile, readMigrationFiles } from './migration-files.ts';

/** A single connection of the role that owns the tables; `Client` of `pg` is one. A pool is not: locks are per session. */
export interface OwnerConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What is applied where. */
export interface MigrateOptions {
  readonly connection: OwnerConnection;
  /** Folder of files `000001_what_it_does.sql`, numbered without gaps. */
  readonly directory: string;
  /** Whose tables these are, such as `jobs` or `plugin/auth`; numbers count per area. */
  readonly area: string;
  /** Role the server works under: may read and write rows, and owns nothing. */
  readonly runtimeRole: string;
}

/** Arbitrary, but the same on every node: the key of the advisory lock that lets one node migrate at a time. */
const LOCK = '4920311540731';

/**
 * Applies the migrations of a folder that the database does not have yet, each in a transaction of its own. Several
 * nodes may start at once: one applies, the others wait for it. When nothing is to be done, that costs one query and no
 * lock.
 *
 * Tables and sequences that a migration creates are granted to the runtime role (select, insert, update, delete). A
 * migration that needs it stricter revokes; it names the role as `:"runtime_role"`, the notation of psql, so the files
 * also run there with `-v runtime_role=…`.
 *
 * A file runs inside a transaction, so it cannot hold `create index concurrently`.
 * @returns names of the files applied now.
 * @throws MigrationError `MIGRATION_CHANGED`, `MIGRATION_UNKNOWN`, `MIGRATION_FAILED`, `MIGRATION_NAME_INVALID`,
 *   `MIGRATION_NUMBER_TAKEN`, `MIGRATION_NUMBER_MISSING`
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const files = await readMigrationFiles(options.directory, options.area);
  if (await hasLedger(options.connection)) {
    if ((await pending(options, files)).length === 0) return [];
  }
  await options.connection.query(`select pg_advisory_lock(${LOCK})`);
  try {
    await createLedger(options);
    const applied: string[] = [];
    for (const file of await pending(options, files)) {
      await apply(options, file);
      applied.push(file.name);
    }
    return applied;
  } finally {
    await options.connection.query(`select pg_advisory_unlock(${LOCK})`);
  }
}

async function hasLedger(connection: OwnerConnection): Promise<boolean> {
  const { rows } = await connection.query(
    `select to_regclass('diga_migration') is not null as there`,
  );
  return (rows[0] as { there: boolean }).there;
}

async function createLedger({ connection, runtimeRole }: MigrateOptions): Promise<void> {
  if (await hasLedger(connection)) return;
  const role = quoteIdentifier(runtimeRole);
  await connection.query(`
    create table diga_migration (
      area text not null,
      number integer not null,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp(),
      primary key (area, number)
    );
    grant select on diga_migration to ${role};
    grant usage on schema public to ${role};
    alter default privileges in schema public grant select, insert, update, delete on tables to ${role};
    alter default privileges in schema public grant usage, select on sequences to ${role}`);
}

async function pending(
  { connection, area }: MigrateOptions,
  files: readonly MigrationFile[],
): Promise<readonly MigrationFile[]> {
  const { rows } = await connection.query(
    'select number, name, checksum from diga_migration where area = $1 order by number',
    [area],
  );
  for (const row of rows as readonly { number: number; name: string; checksum: string }[]) {
    const file = files[row.number - 1];
    if (file === undefined) throw new MigrationError('MIGRATION_UNKNOWN', area, row.name);
    if (file.checksum !== row.checksum)
      throw new MigrationError('MIGRATION_CHANGED', area, file.name);
  }
  return files.slice(rows.length);
}

async function apply(
  { connection, area, runtimeRole }: MigrateOptions,
  file: MigrationFile,
): Promise<void> {
  await connection.query('begin');
  try {
    await connection.query(file.sql.replaceAll(':"runtime_role"', quoteIdentifier(runtimeRole)));
    await connection.query(
      'insert into diga_migration (area, number, name, checksum) values ($1, $2, $3, $4)',
      [area, file.number, file.name, file.checksum],
    );
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw new MigrationError('MIGRATION_FAILED', area, file.name, error);
  }
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
