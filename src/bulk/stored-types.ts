import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { ExportStep } from './export-plan.ts';

/**
 * The steps of an export that may find something: of most types a server stores nothing at all, and each of them would
 * cost a look of its own. A deleted resource counts, because its row stays; AuditEvents are kept apart.
 * @returns for each step whether to take it
 */
export async function stepsToTake(
  store: ClinicalStore,
  steps: readonly ExportStep[],
): Promise<readonly boolean[]> {
  const codes = new Set(steps.map(({ type }) => store.types.code(type)));
  const rows = await store.database.query<{ code: number }>({
    name: 'bulk-stored-types',
    text: `select c.code from unnest($1::smallint[]) c(code)
      where exists (select 1 from resource r where r.type = c.code)`,
    values: [[...codes]],
  });
  const stored = new Set(rows.map(({ code }) => code));
  return steps.map(
    ({ list, type }) =>
      list === 'error' || type === 'AuditEvent' || stored.has(store.types.code(type)),
  );
}
