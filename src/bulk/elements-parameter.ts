import { fhirError } from '../outcome/codes.ts';

/** Names in `_elements` at most. */
const MAX_ELEMENTS = 500;

/** `status`, or `Observation.status`. */
const ELEMENT = /^(?:([A-Z][A-Za-z]{1,63})\.)?([a-z][A-Za-z0-9]{0,63})$/;

/**
 * Reads `_elements`: names of root elements, for one type or for all (`*`).
 * @throws FhirError `BULK_PARAMETER_INVALID`
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
 */
export function elementsOf(
  values: readonly string[],
): Readonly<Record<string, readonly string[]>> | undefined {
  const names = values.flatMap((value) => value.split(',')).filter((name) => name !== '');
  if (names.length === 0) return undefined;
  const elements: Record<string, string[]> = {};
  for (const name of names) {
    const [, type = '*', element] = ELEMENT.exec(name) ?? [];
    if (element === undefined || names.length > MAX_ELEMENTS) {
      const reason = `up to ${String(MAX_ELEMENTS)} names such as status or Patient.birthDate are expected`;
      throw fhirError('BULK_PARAMETER_INVALID', { name: '_elements', reason });
    }
    (elements[type] ??= []).push(element);
  }
  return elements;
}
