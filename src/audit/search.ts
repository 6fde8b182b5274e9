import { fhirError } from '../outcome/codes.ts';
import { and, type SearchRequest } from '../search/expression.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { recordAccess, refuse, rulesOrRefuse } from '../storage/repository/judging/deny.ts';
import {
  guardedWhere,
  recordingBlocked,
  refuseBlockedOrder,
} from '../storage/repository/judging/guarded.ts';
import type { SearchPage } from '../storage/repository/searching/search.ts';
import { sqlParameters } from '../storage/search-sql/parameters.ts';
import { AUDIT_COLUMNS, type StoredAuditRow } from './columns.ts';
import { isWholeLedger, unshownParameter } from './patient-view.ts';
import { showEvent } from './show-event.ts';
import { auditWhereSql } from './where.ts';

/**
 * Searches the ledger as AuditEvents, newest first unless `_sort=date` asks for the other order. Reading it is an access
 * like any other, and recorded.
 * @throws FhirError `ACCESS_DENIED`, `ACCESS_PARAMETER_BLOCKED`, `SEARCH_UNSUPPORTED_PARAMETER`, `SEARCH_INVALID_PAGE`
 */
export async function searchAuditEvents(
  store: ClinicalStore,
  context: AccessContext,
  request: SearchRequest,
): Promise<SearchPage> {
  const query = new URLSearchParams(
    request.used.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  const access = { interaction: 'search-type', type: 'AuditEvent', query };
  const rules = await rulesOrRefuse(store, context, 'AuditEvent', 'search', access);
  const wholeLedger = isWholeLedger(context.principal.policy, 'search');
  const unshown = wholeLedger ? undefined : unshownParameter(request.where, context);
  if (unshown !== undefined) {
    const error = fhirError('ACCESS_PARAMETER_BLOCKED', {
      name: unshown,
      type: 'AuditEvent',
      rules: rules.map(({ id }) => id).join(', '),
    });
    return refuse(store, context, access, error);
  }
  const requested = await recordingBlocked(store, context, access, () => {
    refuseBlockedOrder(store, context, request);
    return guardedWhere(store, context, request);
  });
  const where = and(requested, context.principal.policy.where('AuditEvent', 'search'));
  const ascending = order(request);
  const binding = `${context.principal.reference}\nAuditEvent\n${query}`;

  const parameters = sqlParameters();
  const condition = auditWhereSql(where, parameters, store);
  let total: number | undefined;
  if (request.total === 'accurate' || request.count === 0) {
    const [row] = await store.database.query<{ total: number }>({
      text: `select count(*)::int as total from audit_event a where ${condition}`,
      values: [...parameters.values],
    });
    total = row?.total;
  }
  const after =
    request.cursor === undefined ? undefined : store.pageLink.open(request.cursor, binding)[0];
  const position =
    after === undefined
      ? ''
      : `and a.seq ${ascending ? '>' : '<'} ${parameters.add(after, 'bigint')}`;
  const text = `select ${AUDIT_COLUMNS} from audit_event a where (${condition}) ${position}
    order by a.seq ${ascending ? 'asc' : 'desc'} limit ${parameters.add(request.count + 1, 'integer')}`;
  const name = store.shapes(text);
  const rows =
    request.count === 0
      ? []
      : await store.database.query<StoredAuditRow>({
          text,
          values: parameters.values,
          ...(name === undefined ? {} : { name }),
        });
  const page = rows.slice(0, request.count);
  const patients = new Set(
    page.map(({ patient }) => patient).filter((patient) => typeof patient === 'string'),
  );
  await recordAccess(store, context, {
    ...access,
    rule: rules.map((rule) => rule.id).join('|'),
    patients: [...patients].join(','),
  });
  const last = page.at(-1);
  return {
    entries: page.map((row) => ({
      id: store.eventId.seal(row.seq),
      content: showEvent(store, context, 'search', row, wholeLedger),
    })),
    ...(rows.length > page.length && last !== undefined
      ? { next: store.pageLink.seal([last.seq], binding) }
      : {}),
    ...(total === undefined ? {} : { total }),
  };
}

/** True for the oldest first. The number of a row follows the order in which the rows were written. */
function order({ sort }: SearchRequest): boolean {
  const [first, second] = sort;
  if (first === undefined) return false;
  if (second !== undefined || (first.param !== 'date' && first.param !== '_lastUpdated')) {
    throw fhirError('SEARCH_INVALID_CONTROL', {
      name: '_sort',
      reason: 'AuditEvents are sorted by date only',
    });
  }
  return !first.descending;
}
