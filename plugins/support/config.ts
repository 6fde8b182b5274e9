import { z } from 'zod';

/** The section `plugins.support` of the configuration. */
export const supportConfig = z.strictObject({
  /** Longest break-glass in minutes, and its length where the call names none. */
  maxMinutes: z.int().min(1).max(1_440).default(60),
  /** Patients whose data one person may have open at a time. */
  maxOpen: z.int().min(1).max(100).default(5),
  /** True: a second person has to approve each break-glass before it opens anything. */
  fourEyes: z.boolean().default(false),
});

/** Settings of the plugin. */
export type SupportConfig = z.infer<typeof supportConfig>;
