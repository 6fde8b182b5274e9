import { dateInterval } from '../search/parse/date-interval.ts';
import { asObject } from './json-object.ts';

/** When something holds, in milliseconds since 1970: from `start` on and before `end`. */
export interface Validity {
  readonly start: number;
  readonly end: number;
}

const KNOWN = new Set(['id', 'start', 'end']);

/**
 * Reads a Period. An end of a day, a month or a year is inclusive, as FHIR has it: `2026-11` ends with November.
 * @returns undefined for what is no period, or ends before it starts
 * @see https://hl7.org/fhir/R4/datatypes.html#Period
 */
export function readValidity(period: unknown): Validity | undefined {
  const fields = asObject(period);
  if (fields === undefined || !Object.keys(fields).every((key) => KNOWN.has(key))) return undefined;
  const { start, end } = fields;
  if (start === undefined && end === undefined) return undefined;
  const from = start === undefined ? { low: -Infinity } : intervalOf(start);
  const to = end === undefined ? { high: Infinity } : intervalOf(end);
  if (from === undefined || to === undefined || to.high <= from.low) return undefined;
  return { start: from.low, end: to.high };
}

/** True while the period lasts; without one, always. @param now milliseconds since 1970 */
export function isWithin(validity: Validity | undefined, now: number): boolean {
  return validity === undefined || (now >= validity.start && now < validity.end);
}

function intervalOf(text: unknown): { readonly low: number; readonly high: number } | undefined {
  return typeof text === 'string' ? dateInterval(text) : undefined;
}
