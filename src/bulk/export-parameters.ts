import { operationParameters } from '../fhir/operations/operation-parameters.ts';
import { fhirError } from '../outcome/codes.ts';
import type { FhirRequest } from '../fhir/request.ts';

/**
 * Names and values of the kick-off, from the query of a GET or the Parameters of a POST; references as their text.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`
 */
export function exportParameters(request: FhirRequest): readonly (readonly [string, string])[] {
  return operationParameters(request, 'export').map(({ name, text }) => {
    if (text === undefined) {
      const reason = `the parameter ${name.slice(0, 64)} has no value of a type that is understood`;
      throw fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'export', reason });
    }
    return [name, text];
  });
}
