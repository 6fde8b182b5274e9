import { fhirError } from '../outcome/codes.ts';
import { eachInexactNumber } from './numbers.ts';

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

/** Numbers of one text that are kept exactly; each is an object of its own in memory. */
const MAX_EXACT_NUMBERS = 250_000;

/**
 * Parses JSON. No reviver: it would be called for every value, dozens of times slower than the parser itself.
 * @throws SyntaxError where the text is not JSON; FhirError `FHIR_INVALID_JSON` where it has too many exact numbers
 */
export function parseExact(text: string): ParsedJson {
  const value: unknown = JSON.parse(text);
  const quoted = quoteInexact(text);
  if (quoted === undefined) return { value, exact: value };
  return { value, exact: restore(value, JSON.parse(quoted)) };
}

/** The text with the inexact numbers as strings; undefined where it has none. */
function quoteInexact(text: string): string | undefined {
  const parts: string[] = [];
  let done = 0;
  eachInexactNumber(text, (start, end) => {
    parts.push(text.slice(done, start), text.slice(start, end));
    done = end;
    return parts.length <= 2 * MAX_EXACT_NUMBERS;
  });
  if (parts.length === 0) return undefined;
  if (parts.length > 2 * MAX_EXACT_NUMBERS) {
    throw fhirError('FHIR_INVALID_JSON', {
      reason: `it has more than ${String(MAX_EXACT_NUMBERS)} numbers with digits to be kept`,
    });
  }
  parts.push(text.slice(done));
  return parts.join('"');
}

/**
 * Both trees come from the same text, so they have the same shape, and a string in place of a number is the source of
 * that number: nothing that a client writes can be mistaken for it.
 */
function restore(value: unknown, quoted: unknown): unknown {
  if (typeof value === 'number') {
    if (typeof quoted !== 'string') return value;
    return quoted === String(value) ? value : raw(quoted);
  }
  if (Array.isArray(value)) {
    const list = quoted as unknown[];
    for (let index = 0; index < list.length; index += 1) {
      list[index] = restore(value[index], list[index]);
    }
  } else if (typeof value === 'object' && value !== null) {
    const members = quoted as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      members[key] = restore((value as Readonly<Record<string, unknown>>)[key], members[key]);
    }
  }
  return quoted;
}

export function raw(source: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}
