import { fhirError } from '../outcome/codes.ts';
import type { FhirError, FhirErrorOptions } from '../outcome/fhir-error.ts';

/** The error for a policy that this server could enforce only in part: it enforces none of it. */
export function policyInvalid(
  policy: string,
  reason: string,
  options: FhirErrorOptions = {},
): FhirError {
  return fhirError('POLICY_INVALID', { policy, reason }, options);
}
