/** A cron expression, read. */
export interface Cron {
  /** First time after `after` that the expression names; milliseconds since 1970, on a whole minute of UTC. */
  next(after: number): number;
}

const FIELDS = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12 },
  { name: 'day of week', low: 0, high: 7 },
] as const;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The rarest date there is, 29 February, can be eight years away. */
const HORIZON_DAYS = 366 * 8 + 2;

/**
 * Reads a cron expression of five fields (minute, hour, day of month, month, day of week; `*`, lists, ranges, steps;
 * Sunday is 0 or 7), in UTC as on a Medplum server. When both days are restricted, one of them is enough.
 * @throws TypeError when it is none, or names a date that does not exist.
 */
export function parseCron(expression: string): Cron {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new TypeError('A cron expression has five fields');
  const [minutes, hours, days, months, weekdays] = FIELDS.map(({ name, low, high }, index) =>
    readField(parts[index] ?? '', name, low, high),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.has(7)) weekdays.add(0);
  const eitherDay = !(parts[2] ?? '').startsWith('*') && !(parts[4] ?? '').startsWith('*');
  const matchesDay = (date: Date): boolean => {
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const byMonth = days.has(date.getUTCDate());
    const byWeek = weekdays.has(date.getUTCDay());
    return eitherDay ? byMonth || byWeek : byMonth && byWeek;
  };
  const cron: Cron = {
    next: (after) => {
      const time = nextTime(
        Math.floor(after / MINUTE) * MINUTE + MINUTE,
        matchesDay,
        hours,
        minutes,
      );
      if (time === undefined)
        throw new TypeError('The cron expression names a date that does not exist');
      return time;
    },
  };
  cron.next(0);
  return cron;
}

function nextTime(
  from: number,
  matchesDay: (date: Date) => boolean,
  hours: ReadonlySet<number>,
  minutes: ReadonlySet<number>,
): number | undefined {
  const firstDay = Math.floor(from / DAY) * DAY;
  for (let index = 0; index < HORIZON_DAYS; index += 1) {
    const day = firstDay + index * DAY;
    if (!matchesDay(new Date(day))) continue;
    for (let time = Math.max(from, day); time < day + DAY; time += MINUTE) {
      const minute = (time - day) / MINUTE;
      if (hours.has(Math.floor(minute / 60)) && minutes.has(minute % 60)) return time;
    }
  }
  return undefined;
}

function readField(text: string, name: string, low: number, high: number): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(item);
    const from = match?.[1] === undefined ? low : Number(match[1]);
    const step = match?.[3] === undefined ? 1 : Number(match[3]);
    const openEnd = match?.[1] === undefined || match[3] !== undefined ? high : from;
    const to = match?.[2] === undefined ? openEnd : Number(match[2]);
    if (match === null || from < low || to > high || from > to || step < 1) {
      throw new TypeError(`The field "${name}" of the cron expression cannot be read`);
    }
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}
