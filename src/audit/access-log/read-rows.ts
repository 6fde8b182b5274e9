import { and } from '../../search/expression.ts';
import type { AccessContext } from '../../storage/access-context.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { sqlParameters } from '../../storage/search-sql/parameters.ts';
import { AUDIT_COLUMNS, auditRowOf, type StoredAuditRow } from '../columns.ts';
import { auditWhereSql } from '../where.ts';
import type { NumberedRow } from './group-rows.ts';

/** What part of a log is read. */
export interface LogRange {
  /** Id of the patient. */
  readonly patient: string;
  /** Milliseconds since 1970: from, and before. */
  readonly from?: number;
  readonly to?: number;
  /** Number of the row after which to go on, towards older ones. */
  readonly after?: string;
}

/**
 * Rows of the ledger about a patient that the caller's policy shows, newest first.
 * @param most rows at most
 */
export async function readLogRows(
  store: ClinicalStore,
  { principal }: AccessContext,
  { patient, from, to, after }: LogRange,
  most: number,
): Promise<readonly NumberedRow[]> {
  const parameters = sqlParameters();
  const where = and(
    { kind: 'reference', param: 'patient', type: 'Patient', id: patient },
    principal.policy.where('AuditEvent', 'search'),
  );
  const at = (time: number): string => parameters.add(new Date(time).toISOString(), 'timestamptz');
  const conditions = [
    `(${auditWhereSql(where, parameters, store)})`,
    ...(from === undefined ? [] : [`a.recorded >= ${at(from)}`]),
    ...(to === undefined ? [] : [`a.recorded < ${at(to)}`]),
    ...(after === undefined ? [] : [`a.seq < ${parameters.add(after, 'bigint')}`]),
  ];
  const rows = await store.database.query<StoredAuditRow>({
    text: `select ${AUDIT_COLUMNS} from audit_event a where ${conditions.join(' and ')}
      order by a.seq desc limit ${parameters.add(most, 'integer')}`,
    values: parameters.values,
  });
  return rows.map((stored) => ({ seq: stored.seq, row: auditRowOf(stored) }));
}
