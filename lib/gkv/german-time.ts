const ZONE = 'Europe/Berlin';

/** The calendar day `YYYY-MM-DD` in Germany at an instant in milliseconds since 1970-01-01T00:00:00Z. */
export function germanCalendarDay(instant: number): string {
  return germanLocalTime(instant).slice(0, 10);
}

/**
 * German local time `yyyy-MM-dd HH:mm:ss`, the form that the communication log of Technische Anlage 1, section 4.4,
 * demands.
 */
export function germanLocalTime(instant: number): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const day = `${get('year').padStart(4, '0')}-${get('month')}-${get('day')}`;
  return `${day} ${get('hour')}:${get('minute')}:${get('second')}`;
}
