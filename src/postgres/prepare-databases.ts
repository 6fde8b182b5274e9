import pg from 'pg';
import type { DatabaseName } from '../storage/database.ts';
import type { AllDatabaseUrls, ServerAddress } from './connection-urls.ts';
import { connectionUrl, databaseUrls } from './connection-urls.ts';
import type { RolePasswords } from './credentials.ts';
import { DATA_AREAS } from './database-names.ts';
import { areaSteps, type PreparationStep, type RoleSecrets } from './preparation-steps.ts';
import { scramVerifier } from './scram-verifier.ts';

/** A login that may create roles and databases. */
export interface Administrator extends ServerAddress {
  readonly user: string;
  readonly password: string;
  /** Database to connect to at first, such as `postgres`. */
  readonly database: string;
}

/**
 * Creates the three databases and their roles, or brings them up to date; safe to run again. The areas are prepared side
 * by side.
 * @returns the connection URLs
 * @throws DatabaseError of the driver, such as missing rights of the administrator
 */
export async function prepareDatabases(
  administrator: Administrator,
  passwords: RolePasswords,
): Promise<AllDatabaseUrls> {
  await Promise.all(
    DATA_AREAS.map(async (area) => {
      await prepareArea(administrator, area, await verifiers(passwords[area]));
    }),
  );
  return databaseUrls(administrator, passwords);
}

/** Turns the passwords of an area's roles into what may stand in a statement. */
export async function verifiers(
  passwords: RolePasswords[DatabaseName],
): Promise<RoleSecrets[DatabaseName]> {
  const [owner, runtime] = await Promise.all([
    scramVerifier(passwords.owner),
    scramVerifier(passwords.runtime),
  ]);
  return { owner, runtime };
}

async function prepareArea(
  administrator: Administrator,
  area: DatabaseName,
  secrets: RoleSecrets[DatabaseName],
): Promise<void> {
  const connections = new Map<string, pg.Client>();
  const connect = async (database: string): Promise<pg.Client> => {
    const open = connections.get(database);
    if (open !== undefined) return open;
    const { user, password } = administrator;
    const client = new pg.Client(connectionUrl(administrator, user, password, database));
    await client.connect();
    connections.set(database, client);
    return client;
  };
  try {
    const first = await connect(administrator.database);
    const { rows } = await first.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS version",
    );
    for (const step of areaSteps(area, secrets, rows[0]?.version ?? 0)) {
      await run(await connect(step.database ?? administrator.database), step);
    }
  } finally {
    await Promise.all([...connections.values()].map((client) => client.end()));
  }
}

async function run(client: pg.Client, step: PreparationStep): Promise<void> {
  if (step.unless !== undefined) {
    const { rowCount } = await client.query(step.unless);
    if (rowCount !== null && rowCount > 0) return;
  }
  await client.query(step.sql);
}
