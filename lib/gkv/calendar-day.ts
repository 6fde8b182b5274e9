const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** True for an existing day of the Gregorian calendar written `YYYY-MM-DD`, year 0001 and later. */
export function isCalendarDay(text: string): boolean {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const days = DAYS_OF_MONTH[month - 1];
  if (year === 0 || days === undefined) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= days + (leap ? 1 : 0);
}

/** A calendar day as UN/EDIFACT date format 102: `YYYYMMDD`. */
export function toFormat102(day: string): string {
  return day.replaceAll('-', '');
}
