import type { Interval } from '../range.ts';

const PATTERN =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** The Gregorian calendar repeats every 400 years. */
const CYCLE = 146_097 * DAY;

/**
 * The half-open interval of milliseconds that a date of any precision covers; UTC where no zone is given. Undefined if
 * it is not a date, or not one of the calendar.
 * @see https://hl7.org/fhir/R4/search.html#date
 */
export function dateInterval(text: string): Interval | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, years, months, days, hours, minutes, seconds, fraction, zone] = match;
  const year = Number(years);
  if (year === 0) return undefined;
  if (months === undefined) return { low: utc(year, 1), high: utc(year + 1, 1) };
  const month = Number(months);
  if (month < 1 || month > 12) return undefined;
  const monthStart = utc(year, month);
  const monthEnd = utc(year, month + 1);
  if (days === undefined) return { low: monthStart, high: monthEnd };
  const day = monthStart + (Number(days) - 1) * DAY;
  if (day < monthStart || day >= monthEnd) return undefined;
  if (hours === undefined) return { low: day, high: day + DAY };
  const offset = zoneOffset(zone);
  if (offset === undefined) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined;
  const minute = day + (Number(hours) * 60 + Number(minutes) - offset) * MINUTE;
  if (seconds === undefined) return { low: minute, high: minute + MINUTE };
  const second = minute + Number(seconds) * 1000;
  if (fraction === undefined) return { low: second, high: second + 1000 };
  const low = second + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { low, high: low + 10 ** Math.max(0, 3 - fraction.length) };
}

/** Start of a month; the thirteenth is the first of the next year. `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number): number {
  return Date.UTC(year + 400, month - 1) - CYCLE;
}

/** Minutes east of UTC. */
function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  if (Number(zone.slice(4, 6)) > 59 || minutes > 14 * 60) return undefined;
  return zone.startsWith('-') ? -minutes : minutes;
}
