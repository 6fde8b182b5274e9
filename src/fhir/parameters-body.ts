import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import { readJson } from './read-body.ts';
import type { FhirRequest } from './request.ts';

/** Parameters of one call at most. */
const MAX_PARAMETERS = 10_000;

/**
 * The parameters that a POST brings in a Parameters resource; none with another method or without a body.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS` where it is another resource or an entry has no name, and those of the body
 * @see https://hl7.org/fhir/R4/operations.html#request
 */
export function parametersBody(
  request: FhirRequest,
  operation: string,
): readonly ParametersParameter[] {
  if (request.method !== 'POST') return [];
  if (request.json === undefined && (request.body === undefined || request.body.length === 0)) {
    return [];
  }
  return parametersOf(readJson(request).value, operation);
}

/** The entries of what should be a Parameters resource. @throws FhirError as {@link parametersBody} */
export function parametersOf(body: unknown, operation: string): readonly ParametersParameter[] {
  const invalid = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  const resource = body as Partial<Parameters> | null;
  const listed: unknown = resource?.parameter ?? [];
  if (resource?.resourceType !== 'Parameters' || !Array.isArray(listed)) {
    throw invalid('the body is not a Parameters resource');
  }
  if (listed.length > MAX_PARAMETERS) throw invalid('there are too many parameters');
  for (const item of listed as readonly ({ readonly name?: unknown } | null)[]) {
    if (typeof item?.name !== 'string') throw invalid('every parameter needs a name');
  }
  return listed as readonly ParametersParameter[];
}

/** What a parameter holds: its value of any type, or its resource. */
export function parameterValue(parameter: ParametersParameter): unknown {
  return Object.entries(parameter).find(
    ([member]) => member === 'resource' || /^value[A-Z]/.test(member),
  )?.[1];
}
