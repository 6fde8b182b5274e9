import type { DatabaseName } from '../storage/database.ts';

/** Names inside PostgreSQL of one data area. */
export interface DatabaseNames {
  readonly database: string;
  /** Owns the database and runs migrations. */
  readonly owner: string;
  /** Serves requests: reads and writes rows, creates nothing. */
  readonly runtime: string;
}

/** The data areas in the order in which they are prepared. */
export const DATA_AREAS = [
  'clinical',
  'accounts',
  'billing',
] as const satisfies readonly DatabaseName[];

/** Names that the product gives to database and roles of a data area. */
export function databaseNames(area: DatabaseName): DatabaseNames {
  const database = `diga_${area}`;
  return { database, owner: `${database}_owner`, runtime: database };
}
