import type { Clock } from '../clock.ts';

/** The present as a FHIR instant in UTC with milliseconds. */
export function instant(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
