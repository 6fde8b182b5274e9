import { fhirError } from '../../../outcome/codes.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { isViewTag } from '../../view-tag.ts';
import { recordAccess, refuse, rulesOrRefuse } from '../judging/deny.ts';
import { KEPT_COLUMNS, type KeptVersion } from './last-version.ts';
import { isNarrowed } from '../shown/show.ts';
import { type ShownVersion, shownVersion } from '../shown/shown-version.ts';
import { readViewVersion } from './view-vread.ts';
import { ruleForVersion } from '../judging/visible.ts';

/** A version, and whom it concerns though that may be hidden. */
export interface ConcernedVersion extends ShownVersion {
  /** Ids of patients, with commas between, for the ledger alone. */
  readonly patients: string;
}

/** Versions are counted from 1; anything else was never one. */
const NUMBER = /^[1-9]\d{0,8}$/;

/**
 * Reads the version that a caller names: by its number, or by the name it has for who sees parts of resources. A number
 * leads those nowhere, as it would tell how often something was changed.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_DELETED` where the version is the deletion
 * @see https://hl7.org/fhir/R4/http.html#vread
 */
export async function readNamedVersion(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  vid: string,
): Promise<ShownVersion> {
  const narrowed = isNarrowed(store, context);
  if (!narrowed && NUMBER.test(vid)) return readVersion(store, context, type, id, Number(vid));
  if (narrowed && isViewTag(vid)) return readViewVersion(store, context, type, id, vid);
  const reference = `${type}/${id}/_history/${vid.slice(0, 64)}`;
  const access = { interaction: 'vread', type, id };
  await rulesOrRefuse(store, context, type, 'vread', access);
  return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
}

/**
 * Reads one version by its number, judged by what stands in that version.
 * @throws FhirError as {@link readNamedVersion}
 */
export async function readVersion(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  version: number,
): Promise<ConcernedVersion> {
  const access = { interaction: 'vread', type, id, version };
  const rules = await rulesOrRefuse(store, context, type, 'vread', access);
  const rows = await store.database.query<KeptVersion>({
    name: 'vread',
    text: `select ${KEPT_COLUMNS} from resource r join resource_version v on v.rid = r.rid
      where r.type = $1 and r.id = $2 and v.version in ($3, $3 - 1) order by v.version desc`,
    values: [store.types.code(type), id, version],
  });
  const reference = `${type}/${id}/_history/${String(version)}`;
  const row = rows.find((candidate) => candidate.version === version);
  const judged = row?.deleted === true ? rows.find((candidate) => !candidate.deleted) : row;
  const rule = judged === undefined ? undefined : await ruleForVersion(store, rules, judged);
  if (row === undefined || rule === undefined) {
    return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
  }
  if (row.deleted) return refuse(store, context, access, fhirError('FHIR_DELETED', { reference }));
  const stored = { type, id, version, lastUpdated: row.updated, content: row.content };
  const shown = await shownVersion(store, store.database, context, 'vread', stored);
  await recordAccess(store, context, { ...access, rule: rule.id, patients: row.patients });
  return { ...shown, patients: row.patients };
}
