import { and, type SearchRequest } from '../../../search/expression.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import {
  countStatement,
  pageStatement,
  type SearchNaming,
  type SearchRow,
} from '../../search-sql/search.ts';
import { sortColumns } from '../../search-sql/sort.ts';
import { findLinks } from '../../search-sql/link-keys.ts';
import { rulesOrRefuse } from '../judging/deny.ts';
import { guardedWhere, recordingBlocked, refuseBlockedOrder } from '../judging/guarded.ts';
import { linkNaming, searchQuery, sortKeys } from './search-request.ts';
import { recordShown } from '../reading/record-shown.ts';
import { showRows } from '../shown/show.ts';
import type { ShownText } from '../shown/shown-text.ts';
import {
  type Included,
  includedResources,
  type IncludedEntry,
  NOTHING_INCLUDED,
} from './include.ts';

/** One page of a search. */
export interface SearchPage {
  /** Matches; the type stands with them where several types were searched. */
  readonly entries: readonly {
    readonly type?: string;
    readonly id: string;
    readonly content: ShownText;
  }[];
  /** Cursor of the next page, where there is one. */
  readonly next?: string;
  readonly total?: number;
  /** What `_include` and `_revinclude` add. */
  readonly included?: readonly IncludedEntry[];
  /** False where there would have been more to include than an answer holds. */
  readonly complete?: boolean;
}

/** An estimated total counts no further. */
export const ESTIMATE_LIMIT = 10_000;

/**
 * Searches one resource type. The policy is part of the condition: what it does not show is not found, not counted, and
 * does not move a page.
 * @throws FhirError `ACCESS_DENIED`, `ACCESS_PARAMETER_BLOCKED`, `SEARCH_INVALID_PAGE`, `SEARCH_UNSUPPORTED_PARAMETER` for a
 * sort key without order
 * @see https://hl7.org/fhir/R4/search.html
 */
export async function searchResources(
  store: ClinicalStore,
  context: AccessContext,
  request: SearchRequest,
  client: SqlClient = store.database,
): Promise<SearchPage> {
  const { type } = request;
  const query = searchQuery(request);
  const access = { interaction: 'search-type', type, query };
  await rulesOrRefuse(store, context, type, 'search', access);
  const { policy } = context.principal;
  const requested = await recordingBlocked(store, context, access, () => {
    refuseBlockedOrder(store, context, request);
    return guardedWhere(store, context, request);
  });
  const where = and(requested, policy.where(type, 'search'));
  const names = { type, hash: store.hash, paramKey: store.paramKey, chief: store.chief };
  const links = await findLinks(client, where, linkNaming(store, type));
  const naming: SearchNaming = {
    ...names,
    shapes: store.shapes,
    ...(links === undefined ? {} : { links }),
  };
  const typeCode = store.types.code(type);
  const sort = sortKeys(store, request);
  const binding = `${context.principal.reference}\n${type}\n${query}`;
  const after =
    request.cursor === undefined ? undefined : store.pageLink.open(request.cursor, binding);

  const onlyCount = request.count === 0 || request.summary === 'count';
  // Both are waited for together: a failure of either is the failure of the search, and nobody's unhandled one.
  const [counted, rows] = await Promise.all([
    request.total !== 'none' || onlyCount
      ? client.query<{ total: number }>(
          countStatement(
            {
              typeCode,
              where,
              ...(request.total === 'estimate' ? { atMost: ESTIMATE_LIMIT } : {}),
            },
            naming,
          ),
        )
      : [],
    onlyCount
      ? []
      : client.query<SearchRow>(
          pageStatement(
            {
              typeCode,
              where,
              limit: request.count + 1,
              sort: (parameters) => sortColumns(type, sort, store, parameters),
              ...(after === undefined ? { offset: request.offset ?? 0 } : { after }),
            },
            naming,
          ),
        ),
  ]);
  const total = counted[0]?.total;
  const page = rows.slice(0, request.count);
  const included: Included =
    request.includes === undefined || page.length === 0
      ? NOTHING_INCLUDED
      : await includedResources(
          store,
          context,
          client,
          request.includes,
          page.map(({ id, content }) => ({ type, id, content })),
        );
  await recordShown(store, client, context, access, {
    types: [type],
    rows: [...page.map(({ id, patients }) => ({ type, id, patients })), ...included.entries],
  });
  const last = page.at(-1);
  return {
    entries: await showRows(store, client, context, 'search', page, () => type),
    ...(rows.length > page.length && last !== undefined
      ? { next: store.pageLink.seal(position(last, sort.length + 1), binding) }
      : {}),
    ...(total === undefined ? {} : { total }),
    ...(request.includes === undefined
      ? {}
      : { included: included.entries, complete: included.complete }),
  };
}

function position(row: SearchRow, keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, index) => row[`k${index}`] as string);
}
