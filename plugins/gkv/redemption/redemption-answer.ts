import type { Parameters } from '@medplum/fhirtypes';
import type { FhirError, OperationResult } from '../../../src/plugin/sdk.ts';
import { type GkvErrorCode, gkvError } from '../errors.ts';
import type { Redemption } from './redemption-store.ts';

/** Seconds after which the app asks again. */
const ASK_AGAIN = 5;

/** The insurer's refusal as an error. @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Anhang 5 */
export function refusalError(errorNumber: number): FhirError {
  switch (errorNumber) {
    case 100:
      return gkvError('GKV_CODE_EXPIRED');
    case 101:
      return gkvError('GKV_CODE_CANCELLED');
    case 102:
      return gkvError('GKV_CODE_UNKNOWN');
    case 200:
      return gkvError('GKV_REQUEST_REFUSED');
    default:
      return gkvError('GKV_CODE_REFUSED', { number: errorNumber });
  }
}

/** Answer for an open entitlement: what it is, and from when to when. */
export function activeAnswer({
  digaVeId,
  periodStart,
  periodEnd,
  coverageId,
}: Redemption): OperationResult {
  const resource: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'status', valueCode: 'active' },
      { name: 'digaVeId', valueString: digaVeId ?? '' },
      { name: 'periodStart', valueDate: periodStart ?? '' },
      { name: 'periodEnd', valueDate: periodEnd ?? '' },
      { name: 'coverage', valueReference: { reference: `Coverage/${coverageId}` } },
    ],
  };
  return { status: 200, resource };
}

/** Answer while the insurer has not decided: accepted, going on, and why it takes longer. */
export function pendingAnswer(failure: GkvErrorCode): OperationResult {
  const { outcome } = gkvError(failure);
  return {
    status: 202,
    headers: { 'Retry-After': String(ASK_AGAIN) },
    resource: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'status', valueCode: 'pending' },
        { name: 'outcome', resource: outcome },
      ],
    },
  };
}
