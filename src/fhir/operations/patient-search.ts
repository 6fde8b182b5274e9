import type { SearchExpression } from '../../search/expression.ts';
import { callersId, callersIds } from '../../storage/repository/judging/caller-ids.ts';
import { isOwnCondition } from '../../search/own-conditions.ts';
import { parseSearch } from '../../search/parse.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import { operationParameters } from './operation-parameters.ts';

/** Search of one patient's observations, with the parameters that are the operation's own. */
export interface PatientSearch {
  /** Id of the patient. */
  readonly patient: string;
  readonly where: SearchExpression;
  /** Own parameters of the operation, all numbers above 0. */
  readonly rest: ReadonlyMap<string, string>;
  /** What was understood, as a query string. */
  readonly self: string;
}

const PATIENT = /(?:^|\/)(?:Patient\/)?([A-Za-z0-9\-.]{1,64})$/;

/**
 * Reads the parameters of an operation that is a search of one patient's Observations.
 * @param own names of parameters that are no search parameters, and hold a number above 0
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, `SEARCH_*`
 */
export function patientSearch(
  { services, request, principal }: FhirCall,
  operation: string,
  own: readonly string[],
): PatientSearch {
  const invalid = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  const rest = new Map<string, string>();
  const search: [string, string][] = [];
  for (const { name, text } of operationParameters(request, operation)) {
    if (text === undefined) throw invalid(`${name.slice(0, 64)} needs a value of a primitive type`);
    if (own.includes(name)) {
      if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid(`${name} is no number above 0`);
      rest.set(name, text);
    } else search.push([name, text]);
  }
  const subjects = search.filter(([name]) => /^(?:patient|subject)(?::Patient)?$/.test(name));
  const patient = PATIENT.exec(subjects[0]?.[1] ?? '')?.[1];
  if (subjects.length !== 1 || patient === undefined)
    throw invalid('one patient or subject is expected');
  const { where, used } = parseSearch(services.definitions, 'Observation', search, {
    defaultCount: 1,
    maxCount: 1,
    baseUrls: [request.base, ...services.settings.baseUrls],
    ...callersIds(services.store, principal),
  });
  if (!isOwnCondition(where)) throw invalid('conditions on other resources are not supported');
  if (used.some(([name]) => NO_FILTER.has(name))) throw invalid('the answer is always whole');
  return {
    patient: callersId(services.store, principal, 'Patient', patient),
    where,
    rest,
    self: new URLSearchParams([
      ...used.map(([name, value]): [string, string] => [name, value]),
      ...rest,
    ]).toString(),
  };
}

const NO_FILTER = new Set(['_count', '_sort', '_include', '_revinclude', '_summary', '_elements']);
