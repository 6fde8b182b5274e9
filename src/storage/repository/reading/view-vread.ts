import { fhirError } from '../../../outcome/codes.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from '../judging/deny.ts';
import { KEPT_COLUMNS, type KeptVersion } from './last-version.ts';
import { showVersions } from '../shown/show.ts';
import type { ShownVersion } from '../shown/shown-version.ts';
import { ruleForVersion } from '../judging/visible.ts';

/** Versions that are looked at for one that looks as named, the newest first, and how many are read at a time. */
const MOST = 1_000;
const STEP = 50;

/**
 * Reads the newest version that looks to the caller as the name says: several may, where what was changed between them is
 * hidden. No version, one that is hidden, and one that lies too far back are answered alike.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`
 * @see https://hl7.org/fhir/R4/http.html#vread
 */
export async function readViewVersion(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  versionId: string,
): Promise<ShownVersion> {
  const access = { interaction: 'vread', type, id };
  const rules = await rulesOrRefuse(store, context, type, 'vread', access);
  for (let before = 2 ** 31 - 1, read = 0; read < MOST; read += STEP) {
    const rows = await store.database.query<KeptVersion>({
      name: 'vread-by-view',
      text: `select ${KEPT_COLUMNS} from resource r join resource_version v on v.rid = r.rid
        where r.type = $1 and r.id = $2 and v.version < $3 and not v.deleted order by v.version desc limit $4`,
      values: [store.types.code(type), id, before, STEP],
    });
    const views = await showVersions(store, store.database, context, 'vread', type, rows);
    for (const [index, row] of rows.entries()) {
      const view = views[index];
      if (view?.versionId !== versionId) continue;
      const rule = await ruleForVersion(store, rules, row);
      if (rule === undefined) continue;
      const { version, patients } = row;
      await recordAccess(store, context, { ...access, version, rule: rule.id, patients });
      return { type, id, versionId, content: view.content };
    }
    before = rows.at(-1)?.version ?? 0;
    if (rows.length < STEP) break;
  }
  const reference = `${type}/${id}/_history/${versionId}`;
  return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
}
