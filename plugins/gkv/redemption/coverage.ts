import type { Coverage } from '@medplum/fhirtypes';

/** The entitlement of a patient. */
export interface Entitlement {
  readonly coverageId: string;
  readonly patient: string;
  readonly digaVeId: string;
  readonly digaName: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly insurerIk: string | null;
  readonly insurerName: string | null;
}

/** System of Institutionskennzeichen. */
const IK_SYSTEM = 'http://fhir.de/sid/arge-ik/iknr';

/**
 * The entitlement as a Coverage: beneficiary, insurer, period, and the prescription unit as its plan. Nothing in it comes
 * from the activation code.
 * @see https://hl7.org/fhir/R4/coverage.html
 */
export function coverageOf(entitlement: Entitlement): Coverage & { id: string } {
  const { coverageId, patient, digaVeId, digaName, periodStart, periodEnd } = entitlement;
  return {
    resourceType: 'Coverage',
    id: coverageId,
    status: 'active',
    type: {
      coding: [{ system: 'http://fhir.de/CodeSystem/versicherungsart-de-basis', code: 'GKV' }],
    },
    beneficiary: { reference: patient },
    period: { start: periodStart, end: periodEnd },
    payor: [
      {
        type: 'Organization',
        identifier: { system: IK_SYSTEM, value: entitlement.insurerIk ?? '' },
        display: entitlement.insurerName ?? '',
      },
    ],
    class: [
      {
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' },
          ],
        },
        value: digaVeId,
        name: digaName,
      },
    ],
  };
}
