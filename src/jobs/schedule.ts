import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Cron } from './cron.ts';
import { enqueue } from './enqueue.ts';

/** A job that comes back at set times. */
export interface Schedule {
  readonly name: string;
  readonly expression: string;
  readonly cron: Cron;
}

// A changed expression starts anew; an unchanged one keeps its next time, also when that went by while no server ran.
const REGISTER = `
  insert into diga_job_schedule (name, cron, next_at) values ($1, $2, $3)
  on conflict (name) do update set cron = excluded.cron, next_at = case
    when diga_job_schedule.cron = excluded.cron then diga_job_schedule.next_at else excluded.next_at end
  returning next_at`;

const ADVANCE = `
  update diga_job_schedule set next_at = $3 where name = $1 and next_at = $2 and cron = $4 returning name`;

/**
 * Watches the schedules of this node. However many nodes watch, each time yields one job: whoever moves the row on
 * enqueues, in the same transaction. Times that went by while no server ran yield one job, not many.
 */
export class ScheduleWatch {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #entries: { readonly schedule: Schedule; next: Date | undefined }[] = [];

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  add(schedule: Schedule): void {
    this.#entries.push({ schedule, next: undefined });
  }

  /** Enqueues what is due. */
  async tick(): Promise<void> {
    for (const entry of this.#entries) {
      entry.next ??= await this.#register(entry.schedule);
      if (entry.next.getTime() > this.#clock.now()) continue;
      await this.#fire(entry.schedule, entry.next);
      entry.next = undefined;
    }
  }

  async #register({ name, expression, cron }: Schedule): Promise<Date> {
    const next = new Date(cron.next(this.#clock.now())).toISOString();
    const rows = await this.#database.query<{ next_at: Date }>({
      text: REGISTER,
      values: [name, expression, next],
    });
    const row = rows[0];
    if (row === undefined) throw new TypeError('An upsert returned no row');
    return row.next_at;
  }

  async #fire({ name, expression, cron }: Schedule, due: Date): Promise<void> {
    const following = new Date(cron.next(this.#clock.now())).toISOString();
    await this.#database.transaction(async (tx) => {
      const values = [name, due.toISOString(), following, expression];
      const moved = await tx.query({ text: ADVANCE, values });
      if (moved.length === 0) return;
      await enqueue(tx, name, { scheduledFor: due.toISOString() }, { key: 'schedule' });
    });
  }
}
