import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import { MAX_CURSOR_LENGTH, MAX_ELEMENTS, MAX_OFFSET } from './limits.ts';

const CONTROL_PARAMETERS: ReadonlySet<string> = new Set([
  '_count',
  '_sort',
  '_total',
  '_summary',
  '_elements',
  '_format',
  '_pretty',
  '_cursor',
  '_offset',
]);
const COUNT = /^\d{1,9}$/;
const CURSOR = /^[A-Za-z0-9._~-]+$/;
const ELEMENT = /^[A-Za-z][A-Za-z0-9.]{0,63}$/;
const TOTALS = ['none', 'estimate', 'accurate'] as const;
const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const;

/** True for parameters that say how to answer instead of what to look for. */
export function isControlParameter(name: string): boolean {
  return CONTROL_PARAMETERS.has(name);
}

/**
 * `_count`: entries on a page, cut to the largest page.
 * @throws FhirError `SEARCH_INVALID_CONTROL`
 * @see https://hl7.org/fhir/R4/search.html#count
 */
export function parseCount(value: string, maxCount: number): number {
  if (!COUNT.test(value)) throw invalidControl('_count', 'a whole number from 0 is expected');
  return Math.min(Number(value), maxCount);
}

/**
 * `_offset`: matches to leave out before the first page.
 * @throws FhirError `SEARCH_INVALID_CONTROL` beyond the limit: page links go on from there
 */
export function parseOffset(value: string): number {
  if (!COUNT.test(value) || Number(value) > MAX_OFFSET)
    throw invalidControl('_offset', `a whole number up to ${MAX_OFFSET} is expected`);
  return Number(value);
}

/** `_total`. @throws FhirError `SEARCH_INVALID_CONTROL` @see https://hl7.org/fhir/R4/search.html#total */
export function parseTotal(value: string): (typeof TOTALS)[number] {
  return oneOf('_total', TOTALS, value);
}

/** `_summary`. @throws FhirError `SEARCH_INVALID_CONTROL` @see https://hl7.org/fhir/R4/search.html#summary */
export function parseSummary(value: string): (typeof SUMMARIES)[number] {
  return oneOf('_summary', SUMMARIES, value);
}

/** `_elements`. @throws FhirError `SEARCH_INVALID_CONTROL` @see https://hl7.org/fhir/R4/search.html#elements */
export function parseElements(value: string): string[] {
  const names = value.split(',').filter((name) => name !== '');
  if (names.length > MAX_ELEMENTS || !names.every((name) => ELEMENT.test(name))) {
    throw invalidControl('_elements', `up to ${MAX_ELEMENTS} names of elements are expected`);
  }
  return names;
}

/** `_cursor`: only the store can tell whether it means anything. @throws FhirError `SEARCH_INVALID_PAGE` */
export function parseCursor(value: string): string {
  if (value.length > MAX_CURSOR_LENGTH || !CURSOR.test(value))
    throw fhirError('SEARCH_INVALID_PAGE');
  return value;
}

/** The error for a control parameter. */
export function invalidControl(name: string, reason: string): FhirError {
  return fhirError('SEARCH_INVALID_CONTROL', { name, reason });
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalidControl(name, `one of ${allowed.join(', ')} is expected`);
  return found;
}
