import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { JobQueue } from '../plugin/sdk.ts';
import type { Database } from '../storage/database.ts';
import { parseCron } from './cron.ts';
import { enqueue } from './enqueue.ts';
import { type FailedJob, readFailures } from './failures.ts';
import { JobRunner } from './job-runner.ts';
import type { JobHandler } from './run-job.ts';
import { ScheduleWatch } from './schedule.ts';
import { type JobStatistics, readStatistics } from './statistics.ts';

/** What a queue works with. */
export interface JobQueueOptions {
  /** Where `diga_job` lies; the same database as what the jobs belong to. */
  readonly database: Database;
  /** Direct connection to that database under the runtime role, for the session of the runner. */
  readonly connection: ClientConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** At least 0, less than 1; spreads retries. */
  readonly random: () => number;
  /** Jobs that this node runs at the same time; 4 unless told. */
  readonly concurrency?: number;
  /** Milliseconds after which a job counts as hanging; 15 minutes unless told. */
  readonly limit?: number;
}

/** The queue of one database on this node. Enqueueing works before `start` and after `stop`; running does not. */
export interface RunnableJobQueue extends JobQueue {
  /**
   * Has the job `name` run at the times of a cron expression in UTC, once over all nodes. Its payload is
   * `{ scheduledFor }`; a run is left out while the one before still waits.
   * @throws TypeError when the expression is none.
   */
  schedule(name: string, cron: string): void;
  /** Begins to run jobs. @throws the driver's error when the database cannot be reached. */
  start(): Promise<void>;
  /**
   * Takes no more jobs, waits up to `grace` milliseconds (10 s) for those running, then aborts their signals; what still
   * runs is left to another node.
   */
  stop(grace?: number): Promise<void>;
  /**
   * Says that a transaction with jobs was committed, so that they run at once. Without it they are found within some
   * milliseconds, or 80 ms where the transaction takes long; on a node that does not run jobs, within a second.
   */
  wake(): void;
  /** Counts for health and metrics. */
  statistics(): Promise<JobStatistics>;
  /** Jobs that failed for good, the newest first. */
  failures(limit: number): Promise<readonly FailedJob[]>;
}

/** Makes the queue of a database; the tables come from `src/jobs/migrations`. */
export function createJobQueue(options: JobQueueOptions): RunnableJobQueue {
  const handlers = new Map<string, JobHandler>();
  const schedules = new ScheduleWatch(options.database, options.clock);
  const runner = new JobRunner({
    database: options.database,
    connection: options.connection,
    log: options.log,
    random: options.random,
    handlers,
    schedules,
    concurrency: options.concurrency ?? 4,
    limit: options.limit ?? 900_000,
  });
  return {
    enqueue: async (tx, name, payload, settings = {}) => {
      await enqueue(tx, name, payload, settings);
      if (settings.runAt === undefined) runner.expect();
    },
    wake: () => {
      runner.wake();
    },
    handle: (name, handler) => {
      if (handlers.has(name)) throw new TypeError(`Job ${name} has a handler already`);
      handlers.set(name, handler);
      runner.wake();
    },
    schedule: (name, expression) => {
      schedules.add({ name, expression, cron: parseCron(expression) });
    },
    start: async () => {
      await runner.start();
    },
    stop: async (grace = 10_000) => {
      await runner.stop(grace);
    },
    statistics: async () => await readStatistics(options.database),
    failures: async (limit) => await readFailures(options.database, limit),
  };
}
