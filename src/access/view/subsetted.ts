import type { Coding } from '@medplum/fhirtypes';

/**
 * Label of a resource from which something may be missing.
 * @see https://hl7.org/fhir/R4/valueset-common-tags.html
 */
export const SUBSETTED: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/** True for the label {@link SUBSETTED}. */
export function isSubsetted(coding: unknown): boolean {
  const { system, code } = (coding ?? {}) as Coding;
  return system === SUBSETTED.system && code === SUBSETTED.code;
}
