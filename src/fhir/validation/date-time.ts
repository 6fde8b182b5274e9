/** A date, dateTime or instant as the half-open interval [low, high) that it covers. */
export interface DateTime {
  readonly precision: 'year' | 'month' | 'day' | 'second';
  /** True where a time zone is given; dates have none. */
  readonly zoned: boolean;
  /** Milliseconds since 1970; UTC where no zone is given. */
  readonly low: number;
  readonly high: number;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a date, dateTime or instant by the grammar of R4 and by the calendar: 2026-02-29 is none. A fraction covers its
 * last digit, at most a millisecond; second 60 is the next minute.
 * @returns undefined where the text is none of the three.
 * @see https://hl7.org/fhir/R4/datatypes.html#dateTime
 */
export function parseDateTime(text: string): DateTime | undefined {
  const length = text.length;
  const year = digits(text, 0, 4);
  if (!(year > 0)) return undefined;
  if (length === 4) return date('year', days(year, 1, 1), days(year + 1, 1, 1));
  const month = text.charCodeAt(4) === DASH ? digits(text, 5, 2) : Number.NaN;
  if (!(month >= 1 && month <= 12)) return undefined;
  if (length === 7) return date('month', days(year, month, 1), days(year, month + 1, 1));
  const day = text.charCodeAt(7) === DASH ? digits(text, 8, 2) : Number.NaN;
  if (!(day >= 1 && day <= daysIn(year, month))) return undefined;
  const start = days(year, month, day);
  if (length === 10) return date('day', start, start + 1);
  return text.charCodeAt(10) === T ? withTime(text, start * DAY) : undefined;
}

const DASH = 45;
const DOT = 46;
const COLON = 58;
const PLUS = 43;
const T = 84;
const Z = 90;

function withTime(text: string, midnight: number): DateTime | undefined {
  const hour = digits(text, 11, 2);
  const minute = text.charCodeAt(13) === COLON ? digits(text, 14, 2) : Number.NaN;
  const second = text.charCodeAt(16) === COLON ? digits(text, 17, 2) : Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined;
  let milliseconds = 0;
  let width = 1000;
  let end = 19;
  if (text.charCodeAt(end) === DOT) {
    for (end += 1; isDigit(text.charCodeAt(end)); end += 1) {
      if (width === 1) continue;
      width /= 10;
      milliseconds += (text.charCodeAt(end) - 48) * width;
    }
    if (end === 20) return undefined;
  }
  const offset = zoneOffset(text, end);
  if (offset === undefined) return undefined;
  const low =
    midnight + hour * 60 * MINUTE + minute * MINUTE + second * 1000 + milliseconds - offset;
  return { precision: 'second', zoned: end < text.length, low, high: low + width };
}

/** Milliseconds east of UTC of the zone at `start`; 0 where the text ends there. */
function zoneOffset(text: string, start: number): number | undefined {
  if (text.length === start) return 0;
  const sign = text.charCodeAt(start);
  if (sign === Z) return text.length === start + 1 ? 0 : undefined;
  if ((sign !== PLUS && sign !== DASH) || text.length !== start + 6) return undefined;
  const hours = digits(text, start + 1, 2);
  const minutes = text.charCodeAt(start + 3) === COLON ? digits(text, start + 4, 2) : Number.NaN;
  if (!(hours <= 14 && minutes <= 59) || (hours === 14 && minutes > 0)) return undefined;
  return (sign === PLUS ? 1 : -1) * (hours * 60 + minutes) * MINUTE;
}

/** The number that `count` digits at `start` make, or NaN. */
function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index += 1) {
    const code = text.charCodeAt(index);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Days from 1970-01-01 to the date; month 13 is January of the next year. */
function days(year: number, month: number, day: number): number {
  // Counted from March, so that the leap day is the last of its year. Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}

function date(precision: DateTime['precision'], first: number, next: number): DateTime {
  return { precision, zoned: false, low: first * DAY, high: next * DAY };
}
