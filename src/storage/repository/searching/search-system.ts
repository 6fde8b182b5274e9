import { denied } from '../../../access/denied.ts';
import { and, type SearchRequest } from '../../../search/expression.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { findLinks } from '../../search-sql/link-keys.ts';
import {
  type SystemBranch,
  systemCountStatement,
  systemPageStatement,
} from '../../search-sql/system.ts';
import { sortColumns } from '../../search-sql/sort.ts';
import type { SearchRow } from '../../search-sql/search.ts';
import { refuse } from '../judging/deny.ts';
import { recordShown } from '../reading/record-shown.ts';
import { guardedWhere, recordingBlocked, refuseBlockedOrder } from '../judging/guarded.ts';
import { includedResources, NOTHING_INCLUDED } from './include.ts';
import { ESTIMATE_LIMIT, type SearchPage } from './search.ts';
import { linkNaming, searchQuery, sortKeys } from './search-request.ts';
import { showRows } from '../shown/show.ts';

/**
 * Searches several resource types at once. Types of which the caller may search nothing are left out; the order without
 * `_sort` is that of creation, whatever the type.
 * @param requests one for each type, alike but for their conditions
 * @throws FhirError `ACCESS_DENIED` where none of the types may be searched, `ACCESS_PARAMETER_BLOCKED`, `SEARCH_INVALID_PAGE`
 * @see https://hl7.org/fhir/R4/search.html#searchcontexts
 */
export async function searchSystem(
  store: ClinicalStore,
  context: AccessContext,
  requests: readonly SearchRequest[],
): Promise<SearchPage> {
  const { policy, reference } = context.principal;
  const [first] = requests;
  const query = first === undefined ? '' : searchQuery(first);
  const access = { interaction: 'search-system', query };
  const allowed = requests.filter(({ type }) => policy.rules(type, 'search').length > 0);
  const [request] = allowed;
  if (request === undefined) {
    const types = requests.length === 1 ? (first?.type ?? '') : 'any of the resource types';
    const names = requests.map(({ type }) => type);
    return refuse(store, context, access, denied(context.principal, 'search', types, names));
  }
  const binding = `${reference}\n*\n${query}`;
  const after =
    request.cursor === undefined ? undefined : store.pageLink.open(request.cursor, binding);
  const branches = await recordingBlocked(store, context, access, () => {
    for (const one of allowed) refuseBlockedOrder(store, context, one);
    return branchesOf(store, context, allowed);
  });
  const keys = sortKeys(store, request);
  const { total, rows } = await run(store, request, branches, after);
  const page = rows
    .slice(0, request.count)
    .map((row) => ({ ...row, type: store.types.name(row.type) }));
  const included =
    request.includes === undefined || page.length === 0
      ? NOTHING_INCLUDED
      : await includedResources(store, context, store.database, request.includes, page);
  await recordShown(store, store.database, context, access, {
    types: allowed.map(({ type }) => type),
    rows: [...page, ...included.entries],
  });
  const last = rows[request.count - 1];
  return {
    entries: await showRows(store, store.database, context, 'search', page, ({ type }) => type),
    ...(rows.length > page.length && last !== undefined
      ? {
          next: store.pageLink.seal(
            Array.from({ length: keys.length + 1 }, (_, n) => last[`k${n}`] as string),
            binding,
          ),
        }
      : {}),
    ...(total === undefined ? {} : { total }),
    ...(request.includes === undefined
      ? {}
      : { included: included.entries, complete: included.complete }),
  };
}

type SystemRow = Omit<SearchRow, 'version'> & { readonly type: number };

async function branchesOf(
  store: ClinicalStore,
  context: AccessContext,
  requests: readonly SearchRequest[],
): Promise<readonly SystemBranch[]> {
  const { policy } = context.principal;
  const branches: SystemBranch[] = [];
  for (const request of requests) {
    const { type } = request;
    // In a whole compartment, types that do not show the caller whose they are have no members.
    const options = request.compartment === undefined ? {} : ({ silent: 'compartments' } as const);
    const requested = await guardedWhere(store, context, request, options);
    const where = and(requested, policy.where(type, 'search'));
    if (where.kind === 'none') continue;
    const links = await findLinks(store.database, where, linkNaming(store, type));
    branches.push({
      type,
      typeCode: store.types.code(type),
      where,
      ...(links === undefined ? {} : { links }),
    });
  }
  return branches;
}

async function run(
  store: ClinicalStore,
  request: SearchRequest,
  branches: readonly SystemBranch[],
  after: readonly string[] | undefined,
): Promise<{ readonly total: number | undefined; readonly rows: readonly SystemRow[] }> {
  const onlyCount = request.count === 0 || request.summary === 'count';
  const counts = request.total !== 'none' || onlyCount;
  if (branches.length === 0) return { total: counts ? 0 : undefined, rows: [] };
  const atMost = request.total === 'estimate' ? ESTIMATE_LIMIT : undefined;
  const [counted, rows] = await Promise.all([
    counts
      ? store.database.query<{ total: number }>(systemCountStatement(branches, store, atMost))
      : [],
    onlyCount
      ? []
      : store.database.query<SystemRow>(
          systemPageStatement(
            {
              branches,
              sort: (type, parameters) =>
                sortColumns(type, sortKeys(store, { ...request, type }), store, parameters),
              limit: request.count + 1,
              ...(after === undefined ? { offset: request.offset ?? 0 } : { after }),
            },
            store,
          ),
        ),
  ]);
  return { total: counted[0]?.total, rows };
}
