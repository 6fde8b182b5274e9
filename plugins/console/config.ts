import { z } from 'zod';

/** The section `plugins.console` of the configuration. */
export const consoleConfig = z.strictObject({
  /** Minutes without a key or pointer after which the page forgets its tokens and signs out. */
  idleMinutes: z.int().min(1).max(60).default(15),
  /** What the page calls the installation, such as `DiGA test`. */
  title: z.string().min(1).max(60).default('DiGA console'),
});

/** Settings of the plugin. */
export type ConsoleConfig = z.infer<typeof consoleConfig>;
