import { fhirError } from '../outcome/codes.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from '../storage/repository/judging/deny.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import { sqlParameters } from '../storage/search-sql/parameters.ts';
import { AUDIT_COLUMNS, type StoredAuditRow } from './columns.ts';
import { showEvent } from './show-event.ts';
import { auditWhereSql } from './where.ts';

/**
 * Reads one AuditEvent, as JSON text.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`
 */
export async function readAuditEvent(
  store: ClinicalStore,
  context: AccessContext,
  id: string,
): Promise<ShownText> {
  const access = { interaction: 'read', type: 'AuditEvent', id };
  const rules = await rulesOrRefuse(store, context, 'AuditEvent', 'read', access);
  const parameters = sqlParameters();
  const seq = store.eventId.open(id);
  const visible = auditWhereSql(
    context.principal.policy.where('AuditEvent', 'read'),
    parameters,
    store,
  );
  const [row] =
    seq === undefined
      ? []
      : await store.database.query<StoredAuditRow>({
          text: `select ${AUDIT_COLUMNS} from audit_event a where a.seq = ${parameters.add(seq, 'bigint')} and (${visible})`,
          values: parameters.values,
        });
  if (row === undefined) {
    return refuse(
      store,
      context,
      access,
      fhirError('FHIR_NOT_FOUND', { reference: `AuditEvent/${id}` }),
    );
  }
  await recordAccess(store, context, {
    ...access,
    rule: rules.map((rule) => rule.id).join('|'),
    ...(typeof row['patient'] === 'string' ? { patients: row['patient'] } : {}),
  });
  const wholeLedger = rules.some(({ where }) => where.kind === 'all');
  return showEvent(store, context, 'read', row, wholeLedger);
}
