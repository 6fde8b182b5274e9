import type { PolicyInteraction } from '../../access/policy.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { Access, AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { refuse, rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import { sqlParameters } from '../../storage/search-sql/parameters.ts';
import { AUDIT_COLUMNS, auditRowOf, type StoredAuditRow } from '../columns.ts';
import { visibleAuditRow } from '../patient-view.ts';
import { auditWhereSql } from '../where.ts';
import { canonicalRow, isOpenMember, type LedgerRow } from './canonical-row.ts';
import { readBlinding } from './periods.ts';

/** A row of the ledger that the caller may read, and what of its leaf they may know. */
export interface SealedEvent {
  readonly seq: string;
  readonly patient?: string;
  /** Bytes of the leaf, where the caller may see all that stands in them. */
  readonly record?: string;
  /** The members behind the hash in `record`, where the caller may see those too. */
  readonly restricted?: string;
}

/**
 * Finds a row by the id of its AuditEvent, under the rules for reading it.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`
 */
export async function readSealedEvent(
  store: ClinicalStore,
  context: AccessContext,
  id: string,
  access: Access,
): Promise<SealedEvent> {
  const interaction: PolicyInteraction = 'read';
  const rules = await rulesOrRefuse(store, context, 'AuditEvent', interaction, access);
  const parameters = sqlParameters();
  const seq = store.eventId.open(id);
  const visible = auditWhereSql(
    context.principal.policy.where('AuditEvent', interaction),
    parameters,
    store,
  );
  const [row] =
    seq === undefined
      ? []
      : await store.database.query<StoredAuditRow & { readonly whole: LedgerRow }>({
          text: `select ${AUDIT_COLUMNS}, row_to_json(a) as whole from audit_event a
            where a.seq = ${parameters.add(seq, 'bigint')} and (${visible})`,
          values: parameters.values,
        });
  if (row === undefined) {
    const error = fhirError('FHIR_NOT_FOUND', { reference: `AuditEvent/${id}` });
    return refuse(store, context, access, error);
  }
  const recorded = auditRowOf(row);
  const wholeLedger = rules.some(({ where }) => where.kind === 'all');
  const shown = visibleAuditRow(store, context, recorded, wholeLedger);
  const members = Object.keys(recorded) as (keyof typeof recorded)[];
  const hidden = members.filter((member) => recorded[member] !== shown[member]);
  const { patient } = recorded;
  const base = { seq: row.seq, ...(patient === undefined ? {} : { patient }) };
  if (hidden.some((member) => isOpenMember(member))) return base;
  const blinding = (await readBlinding(store.database))(Number(row.seq));
  const { record, restricted } = canonicalRow(row.whole, blinding);
  // Columns that the view does not know are for who may see the whole row.
  const whole = wholeLedger || recorded.agent === context.principal.reference;
  return { ...base, record, ...(whole && hidden.length === 0 ? { restricted } : {}) };
}
