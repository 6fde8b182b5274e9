import { isOwnCondition } from '../search/own-conditions.ts';
import { isControlParameter } from '../search/parse/control.ts';
import { parseQuery } from '../search/parse-query.ts';
import { guardFields } from '../search/rewriters/guard-fields.ts';
import { filterOf } from './export-scope.ts';
import type { PlanContext } from './plan-context.ts';

/**
 * Reads `_typeFilter`: searches of one resource type each, without parameters that say how to answer. Only conditions on
 * the resource itself are taken: chains would ask what the export does not show.
 * @param refuse hears of filters that are not supported; they are left out if it returns
 * @throws FhirError `SEARCH_*`, `ACCESS_PARAMETER_BLOCKED`
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#_typefilter-query-parameter
 */
export function typeFilters(
  values: readonly string[],
  { definitions, policy, baseUrls }: PlanContext,
  refuse: (reason: string) => void,
): Readonly<Record<string, readonly string[]>> {
  const filters: Record<string, string[]> = {};
  for (const filter of values.flatMap((value) => value.split(/,(?=[A-Z][A-Za-z]{1,63}\?)/))) {
    const mark = filter.indexOf('?');
    const type = filter.slice(0, mark);
    const query = filter.slice(mark + 1);
    if (mark < 1 || !definitions.isResourceType(type)) {
      refuse('a search such as Observation?status=final is expected');
    } else if (policy.rules(type, 'search').length === 0) {
      refuse(`${type} is not shown by the access policy`);
    } else if (parseQuery(query).some(([name]) => isResult(name))) {
      refuse('parameters that say how to answer are not allowed');
    } else {
      const where = filterOf({ definitions }, type, query, baseUrls);
      if (isOwnCondition(where)) {
        // It is read again when the export runs; what is refused then is better refused now.
        guardFields(definitions, policy, type, where);
        (filters[type] ??= []).push(query);
      } else refuse('conditions on other resources are not supported');
    }
  }
  return filters;
}

/** @see https://hl7.org/fhir/R4/search.html#return */
function isResult(name: string): boolean {
  return isControlParameter(name) || /^_(?:rev)?include(?::|$)/.test(name);
}
