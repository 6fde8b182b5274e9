import type { ValueKind } from '../../definitions/structure-plan.ts';

const INTEGER = /^(?:-?(?:0|[1-9]\d*)|\+[1-9]\d*)$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The JSON value of a `value` attribute; numbers keep their digits, as raw JSON where a double would lose some.
 * @returns undefined where the text is no value of the kind
 * @see https://hl7.org/fhir/R4/datatypes.html#primitive
 */
export function jsonValue(kind: ValueKind, text: string): unknown {
  switch (kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
      return INTEGER.test(text) ? number(text.startsWith('+') ? text.slice(1) : text) : undefined;
    case 'decimal':
      return DECIMAL.test(text) ? number(text) : undefined;
    default:
      return text;
  }
}

/** True for a number that only its text says exactly. */
export function isRawNumber(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'rawJSON' in value;
}

function number(text: string): unknown {
  const value = Number(text);
  if (String(value) === text) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
