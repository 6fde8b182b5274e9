import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { HistoryRow } from './history-source.ts';
import { type KeptVersion, KEPT_COLUMNS } from '../reading/last-version.ts';
import { isNarrowed, type Shown, showVersions } from '../shown/show.ts';
import { ruleForVersion } from '../judging/visible.ts';

/** A row that a rule of the history shows. */
export interface VisibleRow {
  readonly row: HistoryRow;
  readonly type: string;
}

type KeptRow = KeptVersion & { readonly rid: string };

/**
 * What the caller sees of some versions. To who sees parts of resources, a version that looks like the one before it is
 * none: it would tell that something hidden was changed.
 * @returns for each row what is seen of it, or of the version before a deletion; undefined where it is left out
 */
export async function historyViews(
  store: ClinicalStore,
  context: AccessContext,
  visible: readonly VisibleRow[],
): Promise<readonly (Shown | undefined)[]> {
  const views = await viewsOf(store, context, visible);
  if (!isNarrowed(store, context)) return views;
  const before = await versionsBefore(store, visible);
  const seenBefore: (VisibleRow & { readonly of: VisibleRow })[] = [];
  for (const of of visible) {
    const [, rid, version] = of.row.position;
    const row = before.get(`${rid}/${String(Number(version) - 1)}`);
    if (of.row.deleted || row === undefined) continue;
    const rules = context.principal.policy.rules(of.type, 'history');
    if ((await ruleForVersion(store, rules, row)) === undefined) continue;
    seenBefore.push({ of, type: of.type, row: { ...of.row, id: row.id, content: row.content } });
  }
  const viewsBefore = await viewsOf(store, context, seenBefore);
  const tags = new Map(seenBefore.map(({ of }, index) => [of, viewsBefore[index]?.versionId]));
  return visible.map((one, index) =>
    tags.has(one) && tags.get(one) === views[index]?.versionId ? undefined : views[index],
  );
}

async function viewsOf(
  store: ClinicalStore,
  context: AccessContext,
  visible: readonly VisibleRow[],
): Promise<readonly (Shown | undefined)[]> {
  const found = new Map<VisibleRow, Shown | undefined>();
  for (const [type, some] of Map.groupBy(visible, (one) => one.type)) {
    const versions = some.map(({ row }) => ({ id: row.id, content: row.content ?? '' }));
    const shown = await showVersions(store, store.database, context, 'history', type, versions);
    for (const [index, one] of some.entries()) found.set(one, shown[index]);
  }
  return visible.map((one) => found.get(one));
}

/** The version before each of some, but for deletions and what was removed for good. */
async function versionsBefore(
  store: ClinicalStore,
  visible: readonly VisibleRow[],
): Promise<ReadonlyMap<string, KeptVersion>> {
  const rows = await store.database.query<KeptRow>({
    name: 'history-versions-before',
    text: `select r.rid, ${KEPT_COLUMNS} from unnest($1::bigint[], $2::integer[]) as p(rid, version)
      join resource_version v on v.rid = p.rid and v.version = p.version - 1 and not v.deleted
      join resource r on r.type = v.type and r.rid = v.rid`,
    values: [visible.map(({ row }) => row.position[1]), visible.map(({ row }) => row.position[2])],
  });
  return new Map(rows.map((row) => [`${row.rid}/${String(row.version)}`, row]));
}
