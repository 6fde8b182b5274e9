import type { Clock } from '../clock.ts';

/** The present as a FHIR instant in UTC with milliseconds. */
export function instant(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * True for an instant that the database can be asked about: it knows no year 0, and one of five digits is printed in a form
 * that it does not read. A client gets there by a time zone alone. @param time milliseconds since 1970
 */
export function isStorable(time: number): boolean {
  return time >= EARLIEST && time <= LATEST;
}
