/**
 * What a resource says under its search parameters. The one form from which the database index is written and against
 * which expressions are evaluated in memory, so that both give the same answer.
 * @see https://hl7.org/fhir/R4/search.html
 */
export type IndexValue =
  | TokenValue
  | ReferenceValue
  | StringValue
  | UriValue
  | RangeValue
  | QuantityValue;

/** A code, identifier or boolean. */
export interface TokenValue {
  readonly kind: 'token';
  readonly param: string;
  /** Absent where the element has none (or is a plain code, whose system is implied). */
  readonly system?: string;
  readonly code: string;
}

/** A reference to a resource of this server (type and id), to another URL, or by identifier only. */
export interface ReferenceValue {
  readonly kind: 'reference';
  readonly param: string;
  /** Target type and id of a literal reference. */
  readonly type?: string;
  readonly id?: string;
  /** The reference as written, where it is absolute, or a canonical without its version. */
  readonly url?: string;
}

/** Text, as written; {@link normalizeString} decides what compares equal. */
export interface StringValue {
  readonly kind: 'string';
  readonly param: string;
  readonly value: string;
}

/** A uri, compared exactly. */
export interface UriValue {
  readonly kind: 'uri';
  readonly param: string;
  readonly value: string;
}

/**
 * A date, dateTime, instant, Period, Timing or number as the half-open interval [low, high) it covers.
 * Dates are milliseconds since 1970 (UTC where no zone is given); an open end is `-Infinity` or `Infinity`.
 */
export interface RangeValue {
  readonly kind: 'date' | 'number';
  readonly param: string;
  readonly low: number;
  readonly high: number;
}

/** A quantity: its interval as with numbers, and its unit. */
export interface QuantityValue {
  readonly kind: 'quantity';
  readonly param: string;
  readonly low: number;
  readonly high: number;
  readonly system?: string;
  /** The code of the unit, or its text if it has no code. */
  readonly unit?: string;
}

/** A resource as the evaluator in memory sees it. */
export interface IndexedResource {
  readonly type: string;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly lastUpdated: number;
  readonly values: readonly IndexValue[];
  /** Ids of the patients in whose compartment the resource is. */
  readonly patients: readonly string[];
}

/** Turns a resource into its index values; made once from the definitions (`src/search/extract`). */
export interface IndexExtractor {
  /** @throws FhirError `FHIR_INVALID_RESOURCE` where a value cannot be read although the structure was valid. */
  extract(resource: { readonly resourceType: string; readonly id?: string }): {
    readonly values: readonly IndexValue[];
    readonly patients: readonly string[];
  };
}

const MARKS = /\p{Mark}/gu;

/**
 * The form in which strings are compared: no case, no accents, single spaces.
 * @see https://hl7.org/fhir/R4/search.html#string
 */
export function normalizeString(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
