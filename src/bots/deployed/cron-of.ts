import { fhirError } from '../../outcome/codes.ts';
import type { JsonResource } from '../../storage/content.ts';
import { parseCron } from '../../jobs/cron.ts';

/** The part of a Timing that a schedule can say. */
interface Repeat {
  readonly period?: number;
  readonly periodUnit?: string;
  readonly frequency?: number;
  readonly dayOfWeek?: readonly string[];
  readonly timeOfDay?: readonly string[];
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * The cron expression (UTC) of a Bot: its `cronString`, or its `cronTiming` where it says every n minutes, every n hours,
 * or times of the day, on all or certain days of the week.
 * @returns undefined where the Bot has no schedule
 * @throws TypeError where it has one that cannot be kept
 * @see https://hl7.org/fhir/R4/datatypes.html#Timing
 */
export function cronOf({ cronString, cronTiming }: JsonResource): string | undefined {
  if (typeof cronString === 'string' && cronString !== '') {
    parseCron(cronString);
    return cronString;
  }
  if (cronTiming === undefined) return undefined;
  const { repeat = {} } = cronTiming as { readonly repeat?: Repeat };
  const expression = fromTiming(repeat);
  parseCron(expression);
  return expression;
}

function fromTiming({ period, periodUnit, frequency = 1, dayOfWeek, timeOfDay }: Repeat): string {
  const days = (dayOfWeek ?? []).map((day) => DAYS.indexOf(day));
  if (days.includes(-1)) throw new TypeError('dayOfWeek is sun, mon, tue, wed, thu, fri or sat');
  const on = days.length === 0 ? '*' : days.join(',');
  if (timeOfDay !== undefined && timeOfDay.length > 0) {
    const times = timeOfDay.map((time) => /^(\d\d):(\d\d)/.exec(time));
    const minutes = new Set(times.map((time) => time?.[2]));
    if (minutes.size !== 1) throw new TypeError('times of the day need one and the same minute');
    const [minute] = minutes;
    return `${String(Number(minute))} ${times.map((time) => String(Number(time?.[1]))).join(',')} * * ${on}`;
  }
  if (period === undefined || !Number.isInteger(period) || period < 1 || frequency !== 1)
    throw new TypeError('a whole period with a frequency of 1, or times of the day, are expected');
  if (periodUnit === 'min' && 60 % period === 0) return `*/${String(period)} * * * ${on}`;
  if (periodUnit === 'h' && 24 % period === 0) return `0 */${String(period)} * * ${on}`;
  if (periodUnit === 'd' && period === 1) return `0 0 * * ${on}`;
  if (periodUnit === 'wk' && period === 1) return `0 0 * * ${on === '*' ? '0' : on}`;
  throw new TypeError('such a period cannot be kept');
}

/**
 * Refuses a Bot with a schedule that cannot be kept, when it is written rather than when nothing runs.
 * @throws FhirError `BOT_SCHEDULE_INVALID`
 */
export function checkSchedule(resource: JsonResource): void {
  if (resource.resourceType !== 'Bot') return;
  try {
    cronOf(resource);
  } catch (error) {
    throw fhirError('BOT_SCHEDULE_INVALID', { reason: (error as Error).message }, { cause: error });
  }
}
