import { parseDateTime } from './date-time.ts';
import { noteLocalReference } from './contained.ts';
import { pathOf, report, type ValidationState } from './state.ts';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A rule over one object whose elements have been checked. */
export type Invariant = (value: JsonObject, state: ValidationState) => void;

const HAS_VALUE = /^_?value[A-Z]/;
const RELATIVE =
  /^([A-Z][A-Za-z]+)(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?|\?.+)$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * Invariants of the data types that are cheap without FHIRPath.
 * @param isResourceType tells the types that a relative reference may name.
 */
export function dataTypeInvariants(
  isResourceType: (name: string) => boolean,
): ReadonlyMap<string, Invariant> {
  return new Map<string, Invariant>([
    ['Extension', extension],
    ['Reference', reference(isResourceType)],
    ['Period', period],
    ['ContactPoint', rule('cpt-2: a value needs a system', needs('value', 'system'))],
    ['Attachment', rule('att-1: data needs a contentType', needs('data', 'contentType'))],
    ...['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'SimpleQuantity'].map(
      (type) => [type, rule('qty-3: a code needs a system', needs('code', 'system'))] as const,
    ),
  ]);
}

function rule(text: string, holds: (value: JsonObject) => boolean): Invariant {
  return (value, state) => {
    if (!holds(value)) report(state, 'invariant', text);
  };
}

function needs(element: string, other: string): (value: JsonObject) => boolean {
  return (value) => !has(value, element) || has(value, other);
}

function has(value: JsonObject, element: string): boolean {
  return value[element] !== undefined || value[`_${element}`] !== undefined;
}

/** ext-1. @see https://hl7.org/fhir/R4/extensibility.html#Extension */
function extension(value: JsonObject, state: ValidationState): void {
  const hasValue = Object.keys(value).some((key) => HAS_VALUE.test(key));
  if (hasValue === (value['extension'] !== undefined)) {
    report(state, 'invariant', 'ext-1: an extension has either a value or extensions');
  }
}

/** per-1, where both ends are known well enough. */
function period(value: JsonObject, state: ValidationState): void {
  const { start, end } = value;
  if (typeof start !== 'string' || typeof end !== 'string') return;
  const from = parseDateTime(start);
  const to = parseDateTime(end);
  if (from !== undefined && to !== undefined && from.low >= to.high) {
    report(state, 'invariant', 'per-1: the start is after the end');
  }
}

/**
 * Form of a literal reference: `#id`, `Type/id`, `Type/id/_history/version`, `Type?search` (in a transaction), or an
 * absolute URI. @see https://hl7.org/fhir/R4/references.html#literal
 */
function reference(isResourceType: (name: string) => boolean): Invariant {
  return ({ reference: literal }, state) => {
    if (typeof literal !== 'string') return;
    if (literal.charCodeAt(0) === 35) return noteLocalReference(state, literal.slice(1), true);
    const type = RELATIVE.exec(literal)?.[1];
    if (type === undefined ? !SCHEME.test(literal) : !isResourceType(type)) {
      const text = 'The reference is neither Type/id nor #id nor an absolute URI';
      report(state, 'value', text, `${pathOf(state)}.reference`);
    }
  };
}
