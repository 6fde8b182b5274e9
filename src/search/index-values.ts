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
  | QuantityValue
  | LabelValue
  | CompositeValue;

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
  /** The same in the base units of UCUM, where the unit is one of UCUM. */
  readonly canonical?: CanonicalQuantity;
}

/** A quantity in base units. */
export interface CanonicalQuantity {
  readonly low: number;
  readonly high: number;
  /** Base units with their exponents, such as `g.m-3`. */
  readonly unit: string;
}

/** What a token says in words: a display, the text of a CodeableConcept or of the type of an Identifier. */
export interface LabelValue {
  readonly kind: 'label';
  readonly param: string;
  /** As written. */
  readonly value: string;
}

/** One element under a composite parameter, with the values of its parts under {@link partName}. */
export interface CompositeValue {
  readonly kind: 'composite';
  readonly param: string;
  readonly values: readonly PartValue[];
}

/** A value that a part of a composite may have. */
export type PartValue = Exclude<IndexValue, CompositeValue | LabelValue>;

/** Name under which the values of a part of a composite stand. */
export function partName(composite: string, part: number): string {
  return `${composite}$${String(part)}`;
}

/** Name under which the identifier of a reference is found, as a token. */
export function identifierName(reference: string): string {
  return `${reference}:identifier`;
}

/** Name under which an identifier is found by its type, as a uri {@link typedIdentifier}. */
export function ofTypeName(identifier: string): string {
  return `${identifier}:of-type`;
}

/** An identifier with its type, as one text: U+0000 cannot stand in any of the three. */
export function typedIdentifier(system: string, code: string, value: string): string {
  return [system, code, value].join('\u0000');
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
 * The form in which strings are compared: no case, no accents, single spaces. `ß` is `ss`, because `SS` is its upper case;
 * `ä` is `a` as an accent, not `ae`, which is a spelling.
 * @see https://hl7.org/fhir/R4/search.html#string
 */
export function normalizeString(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/\s+/g, ' ')
    .trim();
}
