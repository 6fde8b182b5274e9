import type { ConsideredEntry } from '../../access/explain/consider-entries.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { currentVersion } from '../../storage/repository/judging/visible.ts';

/** Whether the filter of an entry finds the resource in question. */
export interface EntryOnInstance {
  /** Absent where that was not looked at, or must not be told. */
  readonly shows?: boolean;
}

/** Entries that are asked about a resource; each is a question to the database. */
const MAX_JUDGED = 50;

/**
 * Asks of each entry that holds whether it is about one resource. That tells about the resource, so that it is done only
 * where the explaining one may read all of it; what is hidden from them and what does not exist are the same.
 */
export async function judgeInstance(
  store: ClinicalStore,
  { principal }: AccessContext,
  type: string,
  id: string,
  entries: readonly ConsideredEntry[],
): Promise<{
  readonly visible: boolean;
  readonly entries: readonly (ConsideredEntry & EntryOnInstance)[];
}> {
  const own = principal.policy.rules(type, 'read').filter(({ view }) => view === undefined);
  const row =
    own.length === 0 ? undefined : await currentVersion(store, store.database, type, id, own);
  if (row === undefined || row.rule === null || row.deleted) return { visible: false, entries };
  let left = MAX_JUDGED;
  const judged: (ConsideredEntry & EntryOnInstance)[] = [];
  for (const entry of entries) {
    if (entry.effective === undefined || left === 0) {
      judged.push(entry);
      continue;
    }
    left -= 1;
    const found = await currentVersion(store, store.database, type, id, [entry.effective]);
    judged.push({ ...entry, shows: found !== undefined && found.rule !== null });
  }
  return { visible: true, entries: judged };
}
