import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';

/** A version with content, as the history keeps it. */
export interface KeptVersion {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly deleted: boolean;
  /** Ids of the patients concerned, with commas between; empty for a deletion. */
  readonly patients: string;
  readonly content: string;
}

/** Columns of {@link KeptVersion}, of a row `r` of `resource` and a row `v` of `resource_version`. */
export const KEPT_COLUMNS = `r.id, v.version, (extract(epoch from v.last_updated) * 1000)::float8 as updated, v.deleted,
  v.patients, v.content`;

/** The last version of a resource that was not a deletion. */
export async function lastVersion(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  id: string,
): Promise<KeptVersion | undefined> {
  const [row] = await client.query<KeptVersion>({
    name: 'last-version',
    text: `select ${KEPT_COLUMNS} from resource r join resource_version v on v.rid = r.rid
      where r.type = $1 and r.id = $2 and not v.deleted order by v.version desc limit 1`,
    values: [store.types.code(type), id],
  });
  return row;
}
