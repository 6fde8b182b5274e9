import { fhirError } from '../outcome/codes.ts';
import type { FhirError } from '../outcome/fhir-error.ts';

/** The refusal of a Subscription that could not be served. @param path FHIRPath of the element at fault */
export function invalidSubscription(reason: string, path: string): FhirError {
  return fhirError('SUBSCRIPTION_INVALID', { reason }, { expression: [`Subscription${path}`] });
}
