import { fhirError } from '../../outcome/codes.ts';
import type { AccessContext } from '../access-context.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from './deny.ts';
import { KEPT_COLUMNS, type KeptVersion } from './last-version.ts';
import type { StoredVersion } from './stored.ts';
import { ruleForVersion } from './visible.ts';

/**
 * Reads one version, judged by what stands in that version.
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
    text: `select ${KEPT_COLUMNS} from resource r join resource_version v on v.rid = r.rid
      where r.type = $1 and r.id = $2 and v.version in ($3, $3 - 1) order by v.version desc`,
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
  await recordAccess(store, context, { ...access, rule: rule.id, patients: row.patients });
  return { type, id, version, lastUpdated: row.updated, content: row.content };
}
