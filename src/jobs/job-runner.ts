import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { summarizeError } from '../plugin/error-summary.ts';
import type { Database } from '../storage/database.ts';
import { type ClaimedJob, claim } from './claim.ts';
import { Expectation } from './expectation.ts';
import { reclaim } from './reclaim.ts';
import { type JobHandler, runJob } from './run-job.ts';
import { openRunnerSession, type RunnerSession } from './runner-session.ts';
import type { ScheduleWatch } from './schedule.ts';
import { settleAttempt } from './settle-attempt.ts';

/** What a runner works with. */
export interface JobRunnerOptions {
  readonly database: Database;
  readonly connection: ClientConfig;
  readonly log: Logger;
  readonly random: () => number;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly schedules: ScheduleWatch;
  readonly concurrency: number;
  readonly limit: number;
}

/** Pause between two looks for delayed jobs, dead runners and schedules, in milliseconds. */
const TICK = 1_000;

/** Least pause between two calls for help, in milliseconds. */
const CALL_PAUSE = 250;

/** A session with the signal that tells its jobs that it is over. */
interface Shift {
  readonly session: RunnerSession;
  readonly over: AbortController;
}

/** Runs the jobs of one database on this node. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  #shift: Shift | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #pumping: Promise<void> | undefined;
  #again = false;
  #stopping = false;
  #called: NodeJS.Timeout | undefined;
  readonly #expectation = new Expectation(() => {
    this.wake();
  });

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#shift = await this.#open();
    this.#scheduleTick(0);
  }

  /** Looks for due jobs now, unless it is looking already: then once more afterwards. */
  wake(): void {
    this.#again = true;
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
      // A wake that came while the last look was ending must not be lost.
      if (this.#again && this.#free() > 0 && this.#shift !== undefined) this.wake();
    });
  }

  /** A job was enqueued in a transaction that commits soon, or never: looks for it for a while. */
  expect(): void {
    this.#expectation.extend();
  }

  async stop(grace: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#expectation.stop();
    await this.#ticking;
    await this.#pumping;
    await this.#idle(grace);
    const shift = this.#shift;
    this.#shift = undefined;
    shift?.over.abort(new DOMException('The server stops', 'AbortError'));
    // A handler that ignores its signal is given up after two seconds by runJob.
    await this.#idle(5_000);
    await shift?.session.close();
  }

  async #open(): Promise<Shift> {
    const over = new AbortController();
    const session = await openRunnerSession(this.#options.connection, {
      wake: () => {
        this.wake();
      },
      lost: () => {
        this.#shift = undefined;
        this.#options.log.warn({ event: 'jobs.connection.lost' }, 'The jobs lost their connection');
        over.abort(new DOMException('The connection of the runner was lost', 'AbortError'));
      },
    });
    return { session, over };
  }

  #scheduleTick(delay: number): void {
    if (this.#stopping) return;
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick().finally(() => {
        this.#scheduleTick(TICK);
      });
    }, delay);
  }

  async #tick(): Promise<void> {
    const { database, log, schedules } = this.#options;
    try {
      this.#shift ??= await this.#open();
      const freed = await reclaim(database, this.#shift.session.runner);
      if (freed > 0) log.warn({ event: 'jobs.reclaimed', count: freed }, 'Jobs of a dead runner');
      await schedules.tick();
      this.wake();
    } catch (error) {
      log.warn({ event: 'jobs.tick.failed', error: summarizeError(error) }, 'The jobs pause');
    }
  }

  #free(): number {
    return this.#stopping ? 0 : this.#options.concurrency - this.#running.size;
  }

  async #pump(): Promise<void> {
    while (this.#again) {
      const shift = this.#shift;
      const free = this.#free();
      if (shift === undefined || free <= 0) return;
      this.#again = false;
      try {
        const names = [...this.#options.handlers.keys()];
        const jobs = await claim(this.#options.database, shift.session.runner, names, free);
        for (const job of jobs) this.#begin(job, shift);
        if (jobs.length < free) continue;
        this.#again = true;
        if (this.#free() === 0) await this.#callOthers(shift);
      } catch (error) {
        const summary = summarizeError(error);
        this.#options.log.warn({ event: 'jobs.claim.failed', error: summary }, 'The jobs pause');
        return;
      }
    }
  }

  async #callOthers({ session }: Shift): Promise<void> {
    if (this.#called !== undefined) return;
    this.#called = setTimeout(() => {
      this.#called = undefined;
    }, CALL_PAUSE).unref();
    await session.callOthers();
  }

  #begin(job: ClaimedJob, shift: Shift): void {
    const work = this.#run(job, shift).finally(() => {
      this.#running.delete(work);
      this.wake();
    });
    this.#running.add(work);
  }

  async #run(job: ClaimedJob, { session, over }: Shift): Promise<void> {
    const { handlers, limit, database, log, random } = this.#options;
    const handler = handlers.get(job.name);
    if (handler === undefined) throw new TypeError(`Job ${job.name} was claimed without a handler`);
    const attempt = await runJob(job, handler, { stop: over.signal, limit });
    const settlement = { database, log, random, runner: session.runner, gone: over.signal };
    await settleAttempt(job, attempt, settlement);
  }

  async #idle(limit: number): Promise<void> {
    if (this.#running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    await Promise.race([Promise.allSettled([...this.#running]), late]);
    clearTimeout(timer);
  }
}
