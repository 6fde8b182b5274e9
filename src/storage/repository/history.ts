import { fhirError } from '../../fhir/outcome/codes.ts';
import type { AccessContext } from '../access-context.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from './deny.ts';
import type { KeptVersion } from './last-version.ts';
import type { StoredVersion } from './stored.ts';
import { ruleForVersion } from './visible.ts';

/** A version in a history; a deletion has no content. */
export type HistoryVersion = Omit<StoredVersion, 'content'> & {
  readonly deleted: boolean;
  readonly content?: string;
};

/** Versions of one resource, newest first. */
export interface HistoryPage {
  readonly versions: readonly HistoryVersion[];
  /** Version to go on with, where there are more. */
  readonly next?: number;
}

/** Versions that are read at a time. */
const STEP = 20;

/** Above every version. */
const NEWEST = 2_147_483_647;

const ALL_VERSIONS = `
  select id, version, (extract(epoch from last_updated) * 1000)::float8 as updated, deleted, content
    from resource where type = $1 and id = $2
  union all
  select id, version, (extract(epoch from last_updated) * 1000)::float8, deleted, content
    from resource_history where type = $1 and id = $2`;

/**
 * The history of one resource. Each version is judged by its own content: who may see the resource today does not see
 * the versions in which it was somebody else's.
 * @param before only versions below this one
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function readHistory(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  options: { readonly count: number; readonly before?: number },
): Promise<HistoryPage> {
  const access = { interaction: 'history-instance', type, id };
  const rules = await rulesOrRefuse(store, context, type, 'history', access);
  const shown: HistoryVersion[] = [];
  const patients = new Set<string>();
  let before = options.before ?? NEWEST;
  let more = true;
  // Hidden versions do not count, so a page is filled from as many as it takes; each step reads few, for a version may
  // be large.
  while (more && shown.length <= options.count) {
    const rows = await store.database.query<KeptVersion>({
      name: 'history',
      text: `select * from (${ALL_VERSIONS}) v where version < $3 order by version desc limit $4`,
      values: [store.types.code(type), id, before, STEP + 1],
    });
    more = rows.length > STEP;
    for (const [index, row] of rows.slice(0, STEP).entries()) {
      before = row.version;
      // A deletion has no content of its own; whoever saw the version before it sees that it was deleted.
      const judged = row.deleted ? await beforeDeletion(row, rows[index + 1]) : row;
      if (judged === undefined || ruleForVersion(store, rules, judged) === undefined) continue;
      for (const patient of patientsOf(store, judged.content)) patients.add(patient);
      shown.push({
        type,
        id,
        version: row.version,
        lastUpdated: row.updated,
        deleted: row.deleted,
        ...(row.deleted ? {} : { content: row.content }),
      });
      if (shown.length > options.count) break;
    }
  }
  if (shown.length === 0) {
    return refuse(
      store,
      context,
      access,
      fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id}` }),
    );
  }
  await recordAccess(store, context, {
    ...access,
    rule: rules.map((rule) => rule.id).join('|'),
    patients: [...patients].join(','),
  });
  const page = shown.slice(0, options.count);
  const last = page.at(-1);
  return {
    versions: page,
    ...(shown.length > options.count && last !== undefined ? { next: last.version } : {}),
  };

  async function beforeDeletion(
    row: KeptVersion,
    next: KeptVersion | undefined,
  ): Promise<KeptVersion | undefined> {
    if (next !== undefined) return next;
    const [previous] = await store.database.query<KeptVersion>({
      name: 'version-before',
      text: `select * from (${ALL_VERSIONS}) v where version < $3 and not deleted order by version desc limit 1`,
      values: [store.types.code(type), id, row.version],
    });
    return previous;
  }
}

/**
 * Reads one version.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_DELETED` where the version is the deletion
 * @see https://hl7.org/fhir/R4/http.html#vread
 */
export async function readVersion(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  version: number,
): Promise<StoredVersion> {
  const access = { interaction: 'vread', type, id, version };
  const rules = await rulesOrRefuse(store, context, type, 'vread', access);
  const rows = await store.database.query<KeptVersion>({
    name: 'vread',
    text: `select * from (${ALL_VERSIONS}) v where version in ($3, $3 - 1) order by version desc`,
    values: [store.types.code(type), id, version],
  });
  const reference = `${type}/${id}/_history/${String(version)}`;
  const row = rows.find((candidate) => candidate.version === version);
  const judged = row?.deleted === true ? rows.find((candidate) => !candidate.deleted) : row;
  const rule = judged === undefined ? undefined : ruleForVersion(store, rules, judged);
  if (row === undefined || rule === undefined) {
    return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
  }
  if (row.deleted) return refuse(store, context, access, fhirError('FHIR_DELETED', { reference }));
  const patients = patientsOf(store, row.content).join(',');
  await recordAccess(store, context, { ...access, rule: rule.id, patients });
  return { type, id, version, lastUpdated: row.updated, content: row.content };
}

/** Whom a version concerns: their access logs show that it was read. */
function patientsOf(store: ClinicalStore, content: string): readonly string[] {
  return store.extractor.extract(JSON.parse(content) as { resourceType: string }).patients;
}
