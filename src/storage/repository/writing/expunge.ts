import type { AccessContext } from '../../access-context.ts';
import { auditRows } from '../../access-context.ts';
import { AUDIT_INSERT, auditColumns } from '../../../audit/insert.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { ACCESS_CHANGED } from '../../access-changed.ts';
import type { SqlClient } from '../../database.ts';
import { instant } from '../../instant.ts';

/** What is removed for good. */
export interface ExpungeQuery {
  readonly type?: string;
  readonly id?: string;
  /** Superseded versions of resources that still exist. */
  readonly previousVersions: boolean;
  /** All versions of resources that are deleted. */
  readonly deletedResources: boolean;
  /** All versions of resources that still exist; only with an id. */
  readonly everything: boolean;
  /** Versions at most. */
  readonly limit: number;
}

/**
 * Removes versions for good, and with the last one of a resource its index and whatever waits to be told of it. The audit ledger is left as it is: it holds no
 * content, and a row of its own says what was removed and whom it concerned.
 * @returns versions that were removed
 */
export function expungeVersions(
  store: ClinicalStore,
  context: AccessContext,
  query: ExpungeQuery,
  rule: string,
): Promise<number> {
  const values = [
    query.type === undefined ? null : store.types.code(query.type),
    query.id ?? null,
    query.previousVersions,
    query.deletedResources,
    query.everything,
    query.limit,
  ];
  return store.database.transaction(async (tx) => {
    const removed = await tx.query<{ rid: string; patients: string }>({
      text: `with victim as (
          select v.rid, v.version from resource r join resource_version v on v.rid = r.rid
          where ($1::smallint is null or r.type = $1) and ($2::text is null or r.id = $2)
            and (($5 and $2 is not null) or ($4 and r.deleted) or ($3 and v.version < r.version and not r.deleted))
          order by v.rid, v.version limit $6)
        delete from resource_version v using victim x where v.rid = x.rid and v.version = x.version
        returning v.rid, v.patients`,
      values,
    });
    const gone =
      removed.length === 0
        ? []
        : await removeIndex(tx, [...new Set(removed.map(({ rid }) => rid))]);
    if (gone.length > 0) {
      const keys = gone.map(({ type, id }) => `${store.types.name(type)}/${id}`);
      await tx.query({
        text: `delete from reindex_job where resource = any($2)
          and (finished_at is not null or ltrim(types[1], '+') || '/' || resource = any($1))`,
        values: [keys, gone.map(({ id }) => id)],
      });
      await store.hooks.expunged?.(tx, keys);
    }
    const patients = new Set(
      removed.flatMap(({ patients: named }) => (named === '' ? [] : named.split(','))),
    );
    const rows = auditRows(
      context,
      {
        interaction: 'operation:expunge',
        ...(query.type === undefined ? {} : { type: query.type }),
        ...(query.id === undefined ? {} : { id: query.id }),
        rule,
        patients: [...patients].join(','),
        detail: `${String(removed.length)} versions were removed for good`,
      },
      instant(store.clock),
    );
    const columns = auditColumns(rows);
    const arrays = columns.map(({ type }, index) => `$${String(index + 1)}::${type}[]`);
    await tx.query({ text: AUDIT_INSERT(arrays), values: columns.map(({ items }) => items) });
    await tx.query({ text: `select pg_notify($1, '')`, values: [ACCESS_CHANGED] });
    return removed.length;
  });
}

/**
 * Removes the rows of resources that have no current version any more; their words, labels and parts stand in them. Of the
 * others it forgets in whose compartments they were, once no version is left that could be shown for it.
 * @returns the resources that are gone
 */
async function removeIndex(
  tx: SqlClient,
  rids: readonly string[],
): Promise<readonly { readonly type: number; readonly id: string }[]> {
  const gone = await tx.query<{ type: number; id: string }>({
    text: `with gone as (delete from resource r where r.rid = any($1::bigint[])
          and not exists (select from resource_version v where v.rid = r.rid and v.version = r.version)
          returning r.rid, r.type, r.id),
        orphans as (delete from resource_version v using gone g where v.rid = g.rid),
        ranges as (delete from resource_range x using gone g where x.rid = g.rid),
        strings as (delete from resource_string x using gone g where x.rid = g.rid)
      select type, id from gone`,
    values: [rids],
  });
  await tx.query({
    text: `delete from former_compartment f where f.rid = any($1::bigint[])
      and not exists (select from resource r join resource_version v on v.rid = r.rid and v.version < r.version
        where r.rid = f.rid)`,
    values: [rids],
  });
  return gone;
}
