import { isWholeLedger } from './patient-view.ts';
import { emptyPage, type ExportPage } from '../bulk/export-page.ts';
import type { ExportPlan } from '../bulk/export-plan.ts';
import type { ExportScope } from '../bulk/export-scope.ts';
import { subset } from '../fhir/subset.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { sqlParameters } from '../storage/search-sql/parameters.ts';
import { AUDIT_COLUMNS, type StoredAuditRow } from './columns.ts';
import { showEvent } from './show-event.ts';
import { auditWhereSql } from './where.ts';

/** Rows that are read at a time. */
const ROWS = 2_000;

/**
 * Reads the next AuditEvents of an export, in the order of the ledger, up to the instant at which the export began. Only
 * those get any who see the whole ledger.
 */
export async function readAuditPage(
  store: ClinicalStore,
  context: AccessContext,
  scope: ExportScope,
  plan: Pick<ExportPlan, 'since' | 'until' | 'elements'>,
  transactionTime: string,
  after: string,
): Promise<ExportPage> {
  if (!isWholeLedger(context.principal.policy, 'search')) return emptyPage(after);
  const parameters = sqlParameters();
  const { since, until } = plan;
  const conditions = [
    `(${auditWhereSql(scope.where, parameters, store)})`,
    `a.seq > ${parameters.add(after, 'bigint')}`,
    `a.recorded <= ${parameters.add(transactionTime, 'timestamptz')}`,
    ...(since === undefined ? [] : [`a.recorded > ${parameters.add(since, 'timestamptz')}`]),
    ...(until === undefined ? [] : [`a.recorded < ${parameters.add(until, 'timestamptz')}`]),
  ];
  const rows = await store.database.query<StoredAuditRow>({
    text: `select ${AUDIT_COLUMNS} from audit_event a where ${conditions.join(' and ')}
      order by a.seq limit ${parameters.add(ROWS, 'integer')}`,
    values: parameters.values,
  });
  const elements = [...(plan.elements?.['*'] ?? []), ...(plan.elements?.['AuditEvent'] ?? [])];
  const lines = rows.map((row) => {
    const line = showEvent(store, context, 'search', row, true);
    return elements.length === 0 ? line : subset(store.definitions, line, { elements });
  });
  const patients = rows.map(({ patient }) => patient).filter((id) => typeof id === 'string');
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    lines: lines.length,
    patients: new Set(patients),
    last: rows.at(-1)?.seq ?? after,
    more: rows.length === ROWS,
  };
}
