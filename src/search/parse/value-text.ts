import { invalidValue } from './invalid-value.ts';
import { MAX_VALUE_LENGTH } from './limits.ts';

// U+0000 cannot be stored by PostgreSQL, U+FFFF marks cut texts in the index; no FHIR string contains either.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * Refuses text that no FHIR string can contain, and text without bound.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/datatypes.html#string
 */
export function checkValueText(name: string, text: string): void {
  if (text.length > MAX_VALUE_LENGTH) {
    throw invalidValue(name, `it is longer than ${MAX_VALUE_LENGTH} characters`);
  }
  if (FORBIDDEN.test(text) || !text.isWellFormed()) {
    throw invalidValue(name, 'it contains characters that FHIR does not allow');
  }
}
