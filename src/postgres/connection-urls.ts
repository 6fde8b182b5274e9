import type { DatabaseName } from '../storage/database.ts';
import type { RolePasswords } from './credentials.ts';
import { databaseNames } from './database-names.ts';

/** Connection URLs of one data area. */
export interface DatabaseUrls {
  /** Runtime role: rows only. */
  readonly url: string;
  /** Owner role: migrations. */
  readonly ownerUrl: string;
}

/** Connection URLs of all data areas. They contain passwords. */
export type AllDatabaseUrls = Readonly<Record<DatabaseName, DatabaseUrls>>;

/** Where a server listens. */
export interface ServerAddress {
  /** Host name, or folder of the Unix socket. */
  readonly host: string;
  readonly port: number;
}

/** Connection URL in the form that libpq and node-postgres read. */
export function connectionUrl(
  address: ServerAddress,
  user: string,
  password: string,
  database: string,
): string {
  const { host, port } = address;
  return `postgresql://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${database}`;
}

/** URLs of the three databases for both their roles. */
export function databaseUrls(address: ServerAddress, passwords: RolePasswords): AllDatabaseUrls {
  const urls = (area: DatabaseName): DatabaseUrls => {
    const { database, owner, runtime } = databaseNames(area);
    return {
      url: connectionUrl(address, runtime, passwords[area].runtime, database),
      ownerUrl: connectionUrl(address, owner, passwords[area].owner, database),
    };
  };
  return { clinical: urls('clinical'), accounts: urls('accounts'), billing: urls('billing') };
}
