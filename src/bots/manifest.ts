import { z } from 'zod';
import { parseCron } from '../jobs/cron.ts';
import { BotError } from './bot-error.ts';

const cron = z.string().refine((expression) => {
  try {
    parseCron(expression);
    return true;
  } catch {
    return false;
  }
}, 'no cron expression of five fields');

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    .max(60),
  description: z.string().min(1).max(1_000),
  /** Wall clock, from the moment the handler is called. */
  timeoutSeconds: z.int().min(1).max(600).default(30),
  /** Heap of the worker; buffers are not counted by V8. */
  memoryMb: z.int().min(32).max(1_024).default(128),
  secrets: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/)).default([]),
  /** `host` or `host:port` that the bot's `fetch` may reach. */
  network: z.array(z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/)).default([]),
  triggers: z
    .array(
      z.union([
        z.strictObject({ schedule: cron }),
        z.strictObject({
          subscription: z.string().regex(/^[A-Z][A-Za-z]+(\?.+)?$/),
          interactions: z.array(z.enum(['create', 'update', 'delete'])).optional(),
        }),
      ]),
    )
    .default([]),
});

/** What `bot.json` says of a bot. Times in seconds, memory in MiB, schedules in UTC. */
export type BotManifest = Readonly<z.infer<typeof schema>>;

/** Heap of a bot that does not say otherwise, in MiB; a spare worker is kept for it. */
export const DEFAULT_MEMORY_MB = 128;

/**
 * Reads a manifest.
 * @throws BotError `BOT_MANIFEST_INVALID`, `BOT_NAME_DIFFERS`
 */
export function readBotManifest(json: string, folder: string): BotManifest {
  const invalid = (problems: string): BotError =>
    new BotError('BOT_MANIFEST_INVALID', folder, { problems });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalid('it is not JSON');
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw invalid(issues.join('; '));
  }
  if (result.data.name !== folder) {
    throw new BotError('BOT_NAME_DIFFERS', folder, { declared: result.data.name });
  }
  return result.data;
}
