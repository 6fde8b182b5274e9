import { and, type SearchRequest } from '../../search/expression.ts';
import type { AccessContext } from '../access-context.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import type { SqlClient } from '../database.ts';
import { fhirError } from '../../fhir/outcome/codes.ts';
import {
  countStatement,
  pageStatement,
  type SearchNaming,
  type SearchRow,
} from '../search-sql/search.ts';
import { sortColumns } from '../search-sql/sort.ts';
import { recordAccess, rulesOrRefuse } from './deny.ts';

/** One page of a search. */
export interface SearchPage {
  readonly entries: readonly { readonly id: string; readonly content: string }[];
  /** Cursor of the next page, where there is one. */
  readonly next?: string;
  readonly total?: number;
}

/**
 * Searches one resource type. The policy is part of the condition: what it does not show is not found, not counted, and
 * does not move a page.
 * @throws FhirError `ACCESS_DENIED`, `SEARCH_INVALID_PAGE`, `SEARCH_UNSUPPORTED_PARAMETER` for a sort key without order
 * @see https://hl7.org/fhir/R4/search.html
 */
export async function searchResources(
  store: ClinicalStore,
  context: AccessContext,
  request: SearchRequest,
  client: SqlClient = store.database,
): Promise<SearchPage> {
  const { type } = request;
  const query = new URLSearchParams(
    request.used.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  const access = { interaction: 'search-type', type, query };
  const rules = await rulesOrRefuse(store, context, type, 'search', access);
  const where = and(request.where, context.principal.policy.where(type, 'search'));
  const naming: SearchNaming = {
    type,
    hash: store.hash,
    paramKey: store.paramKey,
    chief: store.chief,
    shapes: store.shapes,
  };
  const typeCode = store.types.code(type);
  const sort = sortKeys(store, request);
  const binding = `${context.principal.reference}\n${type}\n${query}`;
  const after =
    request.cursor === undefined ? undefined : store.pageLink.open(request.cursor, binding);

  const onlyCount = request.count === 0 || request.summary === 'count';
  // Both are waited for together: a failure of either is the failure of the search, and nobody's unhandled one.
  const [counted, rows] = await Promise.all([
    request.total === 'accurate' || onlyCount
      ? client.query<{ total: number }>(countStatement({ typeCode, where }, naming))
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
              ...(after === undefined ? {} : { after }),
            },
            naming,
          ),
        ),
  ]);
  const total = counted[0]?.total;
  const page = rows.slice(0, request.count);
  const patients = new Set(
    page.flatMap((row) => (row.patients === '' ? [] : row.patients.split(','))),
  );
  await recordAccess(store, context, {
    ...access,
    rule: rules.map((rule) => rule.id).join('|'),
    patients: [...patients].join(','),
  });
  const last = page.at(-1);
  return {
    entries: page,
    ...(rows.length > page.length && last !== undefined
      ? { next: store.pageLink.seal(position(last, sort.length + 1), binding) }
      : {}),
    ...(total === undefined ? {} : { total }),
  };
}

function position(row: SearchRow, keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, index) => row[`k${index}`] as string);
}

function sortKeys(store: ClinicalStore, { type, sort }: SearchRequest) {
  const parameters = store.definitions.searchParameters(type);
  return sort.map((key) => {
    const definition = parameters.get(key.param);
    if (definition === undefined)
      throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name: key.param, type });
    return { ...key, type: definition.type };
  });
}
