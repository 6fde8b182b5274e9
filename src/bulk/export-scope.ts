import { refuseBlocked } from '../access/blocked/refuse-any.ts';
import { shownWithCompartment } from '../access/blocked/shown-with-compartment.ts';
import type { CompiledPolicy } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';
import type { Definitions } from '../definitions/model.ts';
import { and, or, type SearchExpression } from '../search/expression.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import { guardFields } from '../search/rewriters/guard-fields.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { callersIds } from '../storage/repository/judging/caller-ids.ts';
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
  /** Who gets what is exported. */
  readonly principal: Principal;
}

/**
 * The scope of a type under the policy of this moment.
 * @param baseUrls own base URLs, under which references in filters may be written
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED` where a filter asks what a rule hides
 */
export function exportScope(
  store: ClinicalStore,
  principal: Principal,
  plan: ExportPlan,
  type: string,
  baseUrls: readonly string[],
): ExportScope {
  const { policy } = principal;
  const { definitions } = store;
  refuseBlockedInstants(definitions, policy, type, plan);
  const filters = (plan.filters[type] ?? []).map((query) => {
    const filter = filterOf(store, type, query, baseUrls, callersIds(store, principal));
    return guardFields(definitions, policy, type, filter);
  });
  const patients = plan.patients?.map((patient) =>
    guardFields(definitions, policy, type, { kind: 'compartment', patient }, { silent: 'all' }),
  );
  // Whose a resource is, or that it is nobody's, is told only of those that show it.
  const byPatient = plan.level !== 'system' || plan.organizedBy !== undefined;
  return {
    type,
    where: and(
      policy.where(type, 'search'),
      ...(byPatient ? [shownWithCompartment(definitions, policy, type)] : []),
      ...(filters.length === 0 ? [] : [or(...filters)]),
      ...(patients === undefined ? [] : [or(...patients)]),
    ),
    inCompartment: plan.level !== 'system' && patients === undefined,
    rules: policy.rules(type, 'search').map(({ id }) => id),
    principal,
  };
}

/**
 * Refuses `_since` and `_until` for types that do not show the caller all: a change of what is hidden has an instant too.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`
 */
export function refuseBlockedInstants(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
  { since, until }: Pick<ExportPlan, 'since' | 'until'>,
): void {
  const shown = since !== undefined ? '_since' : until !== undefined ? '_until' : undefined;
  if (shown !== undefined) refuseBlocked(definitions, policy, type, '_lastUpdated', { shown });
}

/** The condition of a `_typeFilter`. @throws FhirError `SEARCH_*` */
export function filterOf(
  store: Pick<ClinicalStore, 'definitions'>,
  type: string,
  query: string,
  baseUrls: readonly string[],
  ids: ReturnType<typeof callersIds> = {},
): SearchExpression {
  const options = { defaultCount: 1, maxCount: 1, baseUrls, ...ids };
  return parseSearch(store.definitions, type, parseQuery(query), options).where;
}
