import { z } from 'zod';

const hour = 60;

/** How long sign-ins last, by the class of identity. Bounds keep them adequate; defaults are the recommended values. */
export const loginsConfig = z
  .strictObject({
    patient: limits(15, 12 * hour).prefault({}),
    staff: limits(15, 8 * hour).prefault({}),
    admin: limits(10, 4 * hour).prefault({}),
    /** Days that a patient stays signed in on a device that proves its key (DPoP) at each renewal; 0 switches it off. */
    deviceDays: z.int().min(0).max(30).default(30),
  })
  .prefault({});

/** Limits of one class of identity, in minutes. */
function limits(idle: number, absolute: number) {
  return z.strictObject({
    /** Without any use for this long, both factors are asked for again. */
    idleMinutes: z.int().min(1).max(60).default(idle),
    /** Both factors are asked for again after this time, whatever happened since. */
    absoluteMinutes: z
      .int()
      .min(5)
      .max(12 * hour)
      .default(absolute),
  });
}

export type LoginsConfig = z.output<typeof loginsConfig>;
