import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { holds } from '../storage/repository/judging/ground.ts';
import { indexed } from '../storage/repository/judging/stored.ts';
import { emptyPage, type ExportPage } from './export-page.ts';
import type { ExportPlan } from './export-plan.ts';
import type { ExportScope } from './export-scope.ts';

/** Deletions that are read at a time, and that one Bundle lists. */
const ROWS = 200;

interface DeletedRow {
  readonly rid: string;
  readonly id: string;
  readonly content: string;
  readonly updated: number;
}

/**
 * Reads the next deletions since `_since`, as a line with a transaction Bundle. Only those who could see the last version
 * are told that it was deleted.
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status
 */
export async function readDeletedPage(
  store: ClinicalStore,
  scope: ExportScope,
  plan: ExportPlan,
  transactionTime: string,
  after: string,
): Promise<ExportPage> {
  const { type } = scope;
  if (scope.rules.length === 0) return emptyPage(after);
  const rows = await store.database.query<DeletedRow>({
    name: 'bulk-deleted',
    text: `select r.rid, r.id, o.content, (extract(epoch from o.last_updated) * 1000)::float8 as updated
      from resource_version d join resource r on r.type = d.type and r.rid = d.rid
        cross join lateral (select p.* from resource_version p
          where p.rid = d.rid and p.version < d.version and not p.deleted order by p.version desc limit 1) o
      where d.type = $1 and d.last_updated > $2 and d.last_updated <= $3 and d.last_updated < $4 and d.deleted and d.rid > $5
        and not exists (select from resource_version n
          where n.rid = d.rid and n.version > d.version and n.last_updated <= $3)
      order by d.rid limit $6`,
    values: [
      store.types.code(type),
      plan.since,
      transactionTime,
      plan.until ?? 'infinity',
      after,
      ROWS,
    ],
  });
  const patients = new Set<string>();
  const entry: { readonly request: { readonly method: string; readonly url: string } }[] = [];
  for (const { id, content, updated } of rows) {
    const last = indexed(store, JSON.parse(content) as JsonResource, id, updated);
    const outside = scope.inCompartment && last.patients.length === 0;
    if (outside || !(await holds(store, store.database, scope.where, last))) continue;
    for (const patient of last.patients) patients.add(patient);
    entry.push({ request: { method: 'DELETE', url: `${type}/${id}` } });
  }
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
  return {
    text: entry.length === 0 ? '' : `${JSON.stringify(bundle)}\n`,
    lines: entry.length === 0 ? 0 : 1,
    patients,
    last: rows.at(-1)?.rid ?? after,
    more: rows.length === ROWS,
  };
}
