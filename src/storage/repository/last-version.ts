import type { ClinicalStore } from '../clinical-store.ts';
import type { SqlClient } from '../database.ts';

/** A version with content, as the history keeps it. */
export interface KeptVersion {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly deleted: boolean;
  readonly content: string;
}

/** The last version of a resource that was not a deletion, from the history. */
export async function lastVersion(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  id: string,
): Promise<KeptVersion | undefined> {
  const [row] = await client.query<KeptVersion>({
    name: 'last-version',
    text: `select id, version, (extract(epoch from last_updated) * 1000)::float8 as updated, deleted, content
      from resource_history where type = $1 and id = $2 and not deleted order by version desc limit 1`,
    values: [store.types.code(type), id],
  });
  return row;
}
