import type { SearchExpression } from '../expression.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { isResourceId } from './resource-id.ts';
import type { ValueContext } from './value-context.ts';

const PREFIX = 'Patient/';

/**
 * `_compartment=Patient/x`, as in Medplum's policies.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
export function parseCompartment({ name }: ValueContext, value: string): SearchExpression {
  const text = unescapeValue(value);
  const patient = text.slice(PREFIX.length);
  if (!text.startsWith(PREFIX) || !isResourceId(patient)) {
    throw invalidValue(name, 'the reference of a patient is expected: Patient/id');
  }
  return { kind: 'compartment', patient };
}
