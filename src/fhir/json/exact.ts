/**
 * FHIR decimals keep their precision: `1.10` is not `1.1`. JavaScript numbers cannot say that, so a body that has such
 * numbers is kept in a second tree, in which they are raw JSON, and that tree is what gets stored.
 * @see https://hl7.org/fhir/R4/datatypes.html#decimal
 */
export interface ParsedJson {
  /** Plain values, for everything that reads them. */
  readonly value: unknown;
  /** The same with exact numbers; the very same object where plain numbers are exact already. */
  readonly exact: unknown;
}

/** A number that prints differently than it was written: trailing zeros, exponents, many digits, -0. */
const INEXACT =
  /[:[,]\s*-?(?:(?:0|[1-9]\d*)\.\d*0|(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d+|\d{16,}|\d+\.\d{15,}|0\.000000\d*)(?=\s*[,}\]])|[:[,]\s*-0\s*[,}\]]/;

interface RawJson {
  rawJSON(text: string): unknown;
}

/** @throws SyntaxError where the text is not JSON. */
export function parseExact(text: string): ParsedJson {
  const value: unknown = JSON.parse(text);
  if (!INEXACT.test(text)) return { value, exact: value };
  const revive = (_key: string, item: unknown, context?: { source?: string }): unknown =>
    typeof item === 'number' && context?.source !== undefined && context.source !== String(item)
      ? (JSON as unknown as RawJson).rawJSON(context.source)
      : item;
  const exact: unknown = JSON.parse(text, revive);
  return { value, exact };
}
