import { researchError } from '../errors.ts';

/** A period of whole months. */
export interface MeasurePeriod {
  /** First day, `YYYY-MM-DD`. */
  readonly start: string;
  /** Last day. */
  readonly end: string;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * Reads the period of an evaluation. Periods lie on one grid of the calendar, so that no two of them overlap without being
 * the same: from counts over overlapping periods, those of the overlap would follow. They are over, so that a release does
 * not grow.
 * @param months length of a period; divides a year
 * @param now milliseconds since 1970
 * @throws FhirError `RESEARCH_PARAMETER_INVALID`, `RESEARCH_PERIOD_OPEN`
 */
export function readPeriod(
  start: string | undefined,
  end: string | undefined,
  months: number,
  now: number,
): MeasurePeriod {
  const [, year, month, day] = DAY.exec(start ?? '') ?? [];
  const first = Number(month) - 1;
  if (start === undefined || day !== '01' || !(first >= 0 && first < 12) || first % months !== 0)
    throw invalid(
      'periodStart',
      `the first day of a period of ${String(months)} months is expected`,
    );
  const after = Date.UTC(Number(year), first + months, 1);
  const last = new Date(after - 86_400_000).toISOString().slice(0, 10);
  if (end !== last) throw invalid('periodEnd', `the last day of the period, ${last}, is expected`);
  if (now < after) throw researchError('RESEARCH_PERIOD_OPEN');
  return { start, end };
}

function invalid(name: string, reason: string): Error {
  return researchError('RESEARCH_PARAMETER_INVALID', { name, reason });
}
