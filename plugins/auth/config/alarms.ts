import { z } from 'zod';
import { ALARM_RULES } from '../alarms/rules.ts';

const wallClock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

const rule = z.strictObject({
  /** False: the rule raises nothing. */
  enabled: z.boolean().default(true),
  threshold: z.int().min(1).max(1_000_000).optional(),
  windowSeconds: z.int().min(10).max(86_400).optional(),
});

/** The section `plugins.auth.alarms`: patterns in security events that somebody is told of. */
export const alarmsConfig = z
  .strictObject({
    /** By id of the rule (docs/alarms.md). */
    rules: z
      .partialRecord(z.enum(ALARM_RULES.map(({ id }) => id) as [string, ...string[]]), rule)
      .default({}),
    /** When administrators sign in; at other times it is an alarm. Without it there are no such hours. */
    adminHours: z
      .strictObject({
        from: wallClock,
        to: wallClock,
        timeZone: z
          .string()
          .refine((name) => isTimeZone(name), 'a time zone such as Europe/Berlin')
          .default('Europe/Berlin'),
        /** 1 is Monday. */
        days: z.array(z.int().min(1).max(7)).min(1).max(7).default([1, 2, 3, 4, 5]),
      })
      .optional(),
  })
  .prefault({});

/** Validated configuration of the alarms. */
export type AlarmsConfig = z.output<typeof alarmsConfig>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}
