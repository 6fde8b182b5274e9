import type { SqlClient } from '../storage/database.ts';
import type { ClaimedJob } from './claim.ts';

// Every statement names the runner: one that was given up for dead, and whose job another has, changes nothing.
// A job that goes back to waiting gives way to one of the same key that was enqueued meanwhile.
// A removal that a crash of PostgreSQL undoes makes the job run again, which its handler has to bear anyway.
const REMOVE = `
  delete from diga_job where id = $1 and runner = $2
    and (select set_config('synchronous_commit', 'off', true)) = 'off' returning id`;
const RETRY = `
  update diga_job set runner = null, attempt = attempt - $3, last_error = $4,
    run_at = now() + $5 * interval '1 millisecond'
  where id = $1 and runner = $2 and not exists (
    select from diga_job newer
    where newer.name = diga_job.name and newer.key = diga_job.key
      and newer.runner is null and newer.failed_at is null)
  returning id`;
const FAIL = `
  update diga_job set runner = null, failed_at = now(), last_error = $3
  where id = $1 and runner = $2 returning id`;

/** Removes a job that is done. @returns false if it no longer belonged to this runner. */
export async function complete(database: SqlClient, runner: number, id: string): Promise<boolean> {
  return await touched(database, REMOVE, [id, runner]);
}

/**
 * Gives a job back for another attempt, or removes it when a newer one of its key waits.
 * @param delay milliseconds until it may run again.
 * @param counts false when the attempt does not count, because this node stopped in the middle of it.
 * @returns false if it no longer belonged to this runner.
 */
export async function retry(
  database: SqlClient,
  runner: number,
  job: ClaimedJob,
  { delay, counts, reason }: { delay: number; counts: boolean; reason: string | null },
): Promise<boolean> {
  const values = [job.id, runner, counts ? 0 : 1, reason, delay];
  if (await touched(database, RETRY, values)) return true;
  return await complete(database, runner, job.id);
}

/** Keeps a job whose attempts are used up, for somebody to look at. @returns false as in {@link retry}. */
export async function fail(
  database: SqlClient,
  runner: number,
  id: string,
  reason: string,
): Promise<boolean> {
  return await touched(database, FAIL, [id, runner, reason]);
}

async function touched(
  database: SqlClient,
  text: string,
  values: readonly unknown[],
): Promise<boolean> {
  return (await database.query({ text, values })).length > 0;
}
