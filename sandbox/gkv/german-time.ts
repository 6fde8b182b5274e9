const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short' });

/** Calendar day in Germany, `YYYY-MM-DD`. @param instant milliseconds since 1970 */
export function germanDay(instant: number): string {
  return DAY.format(instant);
}
