/** Hours in which administrators sign in, by the wall clock of a place. */
export interface AdminHours {
  /** Such as `07:00`; where it is later than `to`, the night between is meant. */
  readonly from: string;
  readonly to: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Days of the week, 1 is Monday. */
  readonly days: readonly number[];
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** True if an instant lies in the hours. @param time milliseconds since 1970 */
export function withinAdminHours({ from, to, timeZone, days }: AdminHours, time: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}`;
  if (!days.includes(DAYS.indexOf(part('weekday')) + 1)) return false;
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to;
}
