import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FhirError } from '../../outcome/fhir-error.ts';

/** Extension of an OperationOutcome: number of the line of the input, from 1; 0 stands for the input as a whole. */
export const LINE_EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/import-line';

/** Extension of an OperationOutcome: `Type/id` of the line. */
export const RESOURCE_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/import-resource';

/** JSON text of what is told of a line that could not be imported. */
export function lineOutcome(
  { outcome }: Pick<FhirError, 'outcome'>,
  line: number,
  key?: string,
): string {
  const told: OperationOutcome = {
    resourceType: 'OperationOutcome',
    extension: [
      { url: LINE_EXTENSION, valueInteger: line },
      ...(key === undefined ? [] : [{ url: RESOURCE_EXTENSION, valueString: key }]),
    ],
    issue: outcome.issue,
  };
  return JSON.stringify(told);
}
