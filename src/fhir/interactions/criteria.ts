import { parseQuery, type QueryParameter } from '../../search/parse-query.ts';
import { parseSearch } from '../../search/parse.ts';
import { callersIds } from '../../storage/repository/judging/caller-ids.ts';
import type { Criteria } from '../../storage/repository/writing/conditional.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';

/** Parameters that say how the interaction is done and select nothing. */
const NO_CRITERIA = new Set(['_cascade', '_multiple', '_expunge', '_count', '_total', '_sort']);

/**
 * Reads the criteria of a conditional interaction: parameters as in a search, with or without `Type?` before them. Always
 * strict: criteria that are half understood would select something else.
 * @param interaction for the error text: `update`, `create` …
 * @throws FhirError `FHIR_CRITERIA_MISSING` where nothing is selected, otherwise as `parseSearch`
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
export function readCriteria(
  call: FhirCall,
  type: string,
  query: string,
  interaction: string,
): Criteria {
  return criteriaOf(call, type, parseQuery(withoutType(query, type)), interaction);
}

/** The same from parameters that are decoded already. */
export function criteriaOf(
  { services, request, principal }: FhirCall,
  type: string,
  parameters: readonly QueryParameter[],
  interaction: string,
): Criteria {
  const { settings, definitions } = services;
  const { where, used } = parseSearch(
    definitions,
    type,
    parameters.filter(([name]) => !NO_CRITERIA.has(name)),
    {
      defaultCount: settings.defaultCount,
      maxCount: settings.maxCount,
      baseUrls: [request.base, ...settings.baseUrls],
      lenient: false,
      codeSets: true,
      ...callersIds(services.store, principal),
    },
  );
  if (where.kind === 'all') throw fhirError('FHIR_CRITERIA_MISSING', { interaction });
  return { type, where, used };
}

/** HAPI clients send `If-None-Exist: Patient?identifier=…`, and some the full URL. */
export function withoutType(query: string, type: string): string {
  const mark = query.indexOf('?');
  if (mark < 0) return query;
  const path = query.slice(0, mark);
  return path === '' || path === type || path.endsWith(`/${type}`) ? query.slice(mark + 1) : query;
}
