import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { JobQueue } from '../plugin/sdk.ts';
import type { SqlClient } from '../storage/database.ts';
import type { Bot } from './discover.ts';
import type { RunTrigger } from './runs/bot-run.ts';
import type { BotService } from './runs/bot-service.ts';

/** A run that survives a crash of the server. */
export interface BotJob {
  readonly bot: string;
  readonly input: unknown;
  readonly contentType?: string;
  readonly requester?: string;
  readonly traceId?: string;
  readonly trigger?: RunTrigger;
}

const RUN = 'bot/run';

/** Has a bot run after the transaction commits, at least once, repeated while it fails. */
export async function enqueueBotRun(
  queue: JobQueue,
  tx: SqlClient,
  job: BotJob,
  options?: Parameters<JobQueue['enqueue']>[3],
): Promise<void> {
  await queue.enqueue(tx, RUN, job, options);
}

/** Runs enqueued bots from the queue, and those whose manifest names a schedule at its times. */
export function runBotsFromJobs(
  queue: RunnableJobQueue,
  runtime: Pick<BotService, 'execute'> & { readonly bots: ReadonlyMap<string, Bot> },
): void {
  queue.handle(RUN, async (payload, { signal }) => {
    const { bot, input, ...options } = payload as BotJob;
    await runtime.execute(bot, input, { ...options, signal });
  });
  for (const [name, { manifest }] of runtime.bots) {
    for (const [index, trigger] of manifest.triggers.entries()) {
      if (!('schedule' in trigger)) continue;
      const job = `bot/schedule/${name}/${String(index)}`;
      queue.schedule(job, trigger.schedule);
      queue.handle(job, async (payload, { signal }) => {
        await runtime.execute(name, payload, {
          contentType: 'application/json',
          trigger: 'schedule',
          signal,
        });
      });
    }
  }
}
