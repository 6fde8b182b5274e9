import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import { shownName } from './limits.ts';

/** The error for a value that cannot be read; the reason says what is expected and never repeats the value. */
export function invalidValue(name: string, reason: string): FhirError {
  return fhirError('SEARCH_INVALID_VALUE', { name: shownName(name), reason });
}

/** The error for a modifier that the parameter does not have. */
export function unknownModifier(name: string, modifier: string): FhirError {
  return fhirError('SEARCH_UNKNOWN_MODIFIER', {
    name: shownName(name),
    modifier: shownName(modifier),
  });
}
