import type { Principal } from '../access/principal.ts';
import { and, or, type SearchExpression } from '../search/expression.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { ExportPlan } from './export-plan.ts';

/** Which resources of one type an export reads: what was asked for, narrowed by what the policy shows now. */
export interface ExportScope {
  readonly type: string;
  readonly where: SearchExpression;
  /** True where only resources in the compartment of some patient belong to the export. */
  readonly inCompartment: boolean;
  /** True where only resources belong to the export that are in the compartment of no stored patient. */
  readonly ofNobody?: boolean;
  /** Rules of the policy that show the type; empty: nothing is exported. */
  readonly rules: readonly string[];
}

/**
 * The scope of a type under the policy of this moment.
 * @param baseUrls own base URLs, under which references in filters may be written
 */
export function exportScope(
  store: ClinicalStore,
  principal: Principal,
  plan: ExportPlan,
  type: string,
  baseUrls: readonly string[],
): ExportScope {
  const filters = (plan.filters[type] ?? []).map((query) => filterOf(store, type, query, baseUrls));
  const patients = plan.patients?.map((patient) => ({ kind: 'compartment', patient }) as const);
  return {
    type,
    where: and(
      principal.policy.where(type, 'search'),
      ...(filters.length === 0 ? [] : [or(...filters)]),
      ...(patients === undefined ? [] : [or(...patients)]),
    ),
    inCompartment: plan.level !== 'system' && patients === undefined,
    rules: principal.policy.rules(type, 'search').map(({ id }) => id),
  };
}

/** The condition of a `_typeFilter`. @throws FhirError `SEARCH_*` */
export function filterOf(
  store: Pick<ClinicalStore, 'definitions'>,
  type: string,
  query: string,
  baseUrls: readonly string[],
): SearchExpression {
  const options = { defaultCount: 1, maxCount: 1, baseUrls };
  return parseSearch(store.definitions, type, parseQuery(query), options).where;
}
