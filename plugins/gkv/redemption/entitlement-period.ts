/** First and last day, both included, `YYYY-MM-DD`. */
export interface EntitlementPeriod {
  readonly periodStart: string;
  readonly periodEnd: string;
}

/**
 * The days that a prescription unit opens. It begins with the day of service, or after the last day of what the patient
 * already has of the same DiGA: a new code is stacked, so that no prescribed day is lost.
 */
export function entitlementPeriod(
  serviceDay: string,
  durationDays: number,
  lastDay: string | undefined,
): EntitlementPeriod {
  const periodStart =
    lastDay !== undefined && lastDay >= serviceDay ? addDays(lastDay, 1) : serviceDay;
  return { periodStart, periodEnd: addDays(periodStart, durationDays - 1) };
}

/** @throws TypeError for a text that is no calendar day */
export function addDays(day: string, days: number): string {
  const instant = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(instant)) throw new TypeError('Not a calendar day');
  return new Date(instant + days * 86_400_000).toISOString().slice(0, 10);
}
