import type { DatabaseName } from '../storage/database.ts';
import { DATA_AREAS, databaseNames } from './database-names.ts';

/** One statement that prepares a database server for the product. */
export interface PreparationStep {
  /** Database to be connected to; undefined: any, such as `postgres`. */
  readonly database?: string;
  readonly sql: string;
  /** Query that yields a row if the statement has been run before. */
  readonly unless?: string;
}

/** SCRAM verifiers (or passwords) of the two roles of each area, as they go into `CREATE ROLE`. */
export type RoleSecrets = Readonly<Record<DatabaseName, { owner: string; runtime: string }>>;

/**
 * What an area's database needs: an owner role for migrations, a runtime role that creates nothing and enters only this
 * database, and no rights for anybody else. Running the steps again changes the passwords and repairs the rights.
 * @see docs/operations/databases.md
 */
export function preparationSteps(secrets: RoleSecrets, serverMajor: number): PreparationStep[] {
  return DATA_AREAS.flatMap((area) => areaSteps(area, secrets[area], serverMajor));
}

/** The steps of one area. */
export function areaSteps(
  area: DatabaseName,
  secrets: RoleSecrets[DatabaseName],
  serverMajor: number,
): PreparationStep[] {
  const { database, owner, runtime } = databaseNames(area);
  const within = (sql: string): PreparationStep => ({ database, sql });
  return [
    ...roleSteps(owner, secrets.owner),
    ...roleSteps(runtime, secrets.runtime),
    // Lets an administrator who is no superuser hand the database over to the role.
    { sql: `GRANT ${owner} TO CURRENT_USER` },
    {
      sql: `CREATE DATABASE ${database} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8' ${locale(serverMajor)}`,
      unless: `SELECT FROM pg_database WHERE datname = '${database}'`,
    },
    { sql: `REVOKE ALL ON DATABASE ${database} FROM PUBLIC` },
    { sql: `GRANT CONNECT ON DATABASE ${database} TO ${runtime}` },
    within(`ALTER SCHEMA public OWNER TO ${owner}`),
    within('REVOKE ALL ON SCHEMA public FROM PUBLIC'),
    within(`GRANT USAGE ON SCHEMA public TO ${runtime}`),
    // Rows only: no TRUNCATE, REFERENCES or TRIGGER. Migrations take back what append-only tables must not have.
    within(defaults(owner, `GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${runtime}`)),
    within(defaults(owner, `GRANT USAGE, SELECT ON SEQUENCES TO ${runtime}`)),
    within(defaults(owner, 'REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC')),
    within(defaults(owner, `GRANT EXECUTE ON FUNCTIONS TO ${runtime}`)),
  ];
}

function roleSteps(role: string, secret: string): PreparationStep[] {
  // NOSUPERUSER is the default, and naming it would need a superuser before PostgreSQL 16.
  const rights = 'LOGIN NOCREATEDB NOCREATEROLE';
  return [
    { sql: `CREATE ROLE ${role}`, unless: `SELECT FROM pg_roles WHERE rolname = '${role}'` },
    { sql: `ALTER ROLE ${role} ${rights} PASSWORD '${secret.replaceAll("'", "''")}'` },
  ];
}

function defaults(owner: string, grant: string): string {
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} ${grant}`;
}

/** Order by code point on every platform; the built-in provider since 17 depends on no library of the system. */
function locale(serverMajor: number): string {
  return serverMajor >= 17
    ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
    : "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'";
}
