import { fhirError } from '../../../outcome/codes.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from '../judging/deny.ts';
import { lastVersion } from './last-version.ts';
import { type ShownVersion, shownVersion } from '../shown/shown-version.ts';
import { currentVersion, ruleForVersion } from '../judging/visible.ts';

/**
 * Reads the current version. What the policy does not show and what does not exist are answered alike; a deleted
 * resource is told only to those who could see its last version.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_DELETED`
 * @see https://hl7.org/fhir/R4/http.html#read
 */
export async function readResource(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
): Promise<ShownVersion> {
  const access = { interaction: 'read', type, id };
  const rules = await rulesOrRefuse(store, context, type, 'read', access);
  const row = await currentVersion(store, store.database, type, id, rules);
  const reference = `${type}/${id}`;
  if (row === undefined)
    return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
  if (row.deleted) {
    const last = await lastVersion(store, store.database, type, id);
    const seen = last !== undefined && (await ruleForVersion(store, rules, last)) !== undefined;
    return refuse(
      store,
      context,
      access,
      fhirError(seen ? 'FHIR_DELETED' : 'FHIR_NOT_FOUND', { reference }),
    );
  }
  const rule = row.rule === null ? undefined : rules[row.rule];
  if (rule === undefined)
    return refuse(store, context, access, fhirError('FHIR_NOT_FOUND', { reference }));
  const shown = await shownVersion(store, store.database, context, 'read', {
    type,
    id,
    version: row.version,
    lastUpdated: row.updated,
    content: row.content,
  });
  await recordAccess(store, context, {
    ...access,
    version: row.version,
    rule: rule.id,
    patients: row.patients,
  });
  return shown;
}
