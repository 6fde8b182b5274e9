import { fhirError } from '../../outcome/codes.ts';
import { type DateTime, parseDateTime } from '../../fhir/validation/date-time.ts';
import type { Add, Convert } from './converter.ts';
import { listOf, objectOf, textOf } from './json.ts';

/**
 * Dates as the half-open interval of milliseconds that their precision covers; a Period reaches from the begin of its
 * start to the end of its end, and is open where one is absent; a Timing covers its events and its bounds.
 * @see https://hl7.org/fhir/R4/search.html#date
 */
export function dateConverter(type: string): Convert | undefined {
  if (type === 'date' || type === 'dateTime' || type === 'instant') return dateTime;
  if (type === 'Period') return period;
  return type === 'Timing' ? timing : undefined;
}

function dateTime(value: unknown, param: string, add: Add): void {
  const interval = read(value, param);
  if (interval !== undefined) addInterval(param, interval, interval, add);
}

function period(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  const start = read(object?.['start'], param);
  const end = read(object?.['end'], param);
  if (start !== undefined || end !== undefined) addInterval(param, start, end, add);
}

function timing(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  const events = listOf(object?.['event']).flatMap((event) => read(event, param) ?? []);
  if (events.length > 0) {
    const low = events.reduce((least, event) => Math.min(least, event.low), Infinity);
    const high = events.reduce((most, event) => Math.max(most, event.high), -Infinity);
    add({ kind: 'date', param, low, high });
  }
  period(objectOf(object?.['repeat'])?.['boundsPeriod'], param, add);
}

function addInterval(
  param: string,
  start: DateTime | undefined,
  end: DateTime | undefined,
  add: Add,
): void {
  const low = start?.low ?? Number.NEGATIVE_INFINITY;
  const high = end?.high ?? Number.POSITIVE_INFINITY;
  add({ kind: 'date', param, low, high });
}

function read(value: unknown, param: string): DateTime | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const parsed = parseDateTime(text);
  if (parsed !== undefined) return parsed;
  throw fhirError('FHIR_INVALID_RESOURCE', {}, { detail: `no date under the parameter ${param}` });
}
