import type { Logger } from 'pino';
import { parseCron } from '../../jobs/cron.ts';
import type { RunnableJobQueue } from '../../jobs/job-queue.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import type { SqlClient } from '../../storage/database.ts';
import { searchCurrent } from '../../storage/repository/reading/system-read.ts';
import { enqueueBotRun } from '../bot-jobs.ts';
import { cronOf } from './cron-of.ts';

/** Name of the job that looks every minute which deployed bots are due. */
const TICK = 'bot/tick';

/** Attempts of a scheduled run. */
const ATTEMPTS = 3;

/** What schedules work with. */
export interface ScheduleParts {
  readonly store: ClinicalStore;
  readonly queue: RunnableJobQueue;
  readonly log: Logger;
  readonly isShipped: (bot: string) => boolean;
}

/** Runs deployed bots at the times their Bot resource says; times that went by while no server ran yield one run. */
export function scheduleBots(parts: ScheduleParts): void {
  parts.queue.schedule(TICK, '* * * * *');
  parts.queue.handle(TICK, async () => {
    await startDueBots(parts);
  });
}

/** Enqueues what is due; the row that says when it is due again is moved on in the same transaction. */
export async function startDueBots({ store, queue, log, isShipped }: ScheduleParts): Promise<void> {
  const now = store.clock.now();
  const bots = await searchCurrent(store, 'Bot', { kind: 'all' });
  const due = new Map<string, string>();
  for (const bot of bots) {
    const { id = '' } = bot;
    if (isShipped(id)) continue;
    try {
      const cron = cronOf(bot);
      if (cron !== undefined) due.set(id, cron);
    } catch (error) {
      // It was written before the schedule was checked.
      const { message } = error as Error;
      log.warn({ event: 'bot.schedule.invalid', bot: id, reason: message }, 'Not scheduled');
    }
  }
  const { database } = store;
  await database.query({
    text: 'delete from bot_schedule where not (bot = any($1))',
    values: [[...due.keys()]],
  });
  for (const [bot, cron] of due) {
    await database.transaction(async (tx) => {
      const scheduledFor = await advance(tx, bot, cron, now);
      if (scheduledFor === undefined) return;
      const input = { scheduledFor };
      const job = { bot, input, contentType: 'application/json', trigger: 'schedule' } as const;
      await enqueueBotRun(queue, tx, job, { key: `schedule/${bot}`, maxAttempts: ATTEMPTS });
    });
  }
}

/** @returns the time that is due, as an instant; undefined where none is */
async function advance(
  tx: SqlClient,
  bot: string,
  cron: string,
  now: number,
): Promise<string | undefined> {
  const next = new Date(parseCron(cron).next(now)).toISOString();
  const [row] = await tx.query<{ cron: string; next_at: Date }>({
    text: 'select cron, next_at from bot_schedule where bot = $1 for update',
    values: [bot],
  });
  const isDue = row?.cron === cron && row.next_at.getTime() <= now;
  if (row?.cron !== cron || isDue) {
    await tx.query({
      text: `insert into bot_schedule (bot, cron, next_at) values ($1, $2, $3)
        on conflict (bot) do update set cron = excluded.cron, next_at = excluded.next_at`,
      values: [bot, cron, next],
    });
  }
  return isDue ? row.next_at.toISOString() : undefined;
}
