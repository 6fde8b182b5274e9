import type { SqlClient } from '../storage/database.ts';

/** A job that this runner has taken. */
export interface ClaimedJob {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

// Committed without waiting for the disk: should PostgreSQL crash, a claim that is lost is a job that still waits.
// A job whose key is running waits: two jobs of one key never run at the same time. No race is left, because at most
// one job of a key waits, and whoever sees it also sees that its predecessor is running.
const CLAIM = `
  with claimed as (update diga_job set runner = $1, attempt = attempt + 1
  where (select set_config('synchronous_commit', 'off', true)) = 'off' and id in (
    select id from diga_job waiting
    where runner is null and failed_at is null and run_at <= now() and name = any($2)
      and (key is null or not exists (
        select from diga_job running
        where running.runner is not null and running.name = waiting.name and running.key = waiting.key))
    order by run_at, id
    limit $3
    for update skip locked
  )
  returning id, name, payload, attempt, max_attempts, run_at)
  select id, name, payload, attempt, max_attempts as "maxAttempts" from claimed order by run_at, id`;

/** Takes jobs that are due for this runner, the longest waiting first. */
export async function claim(
  database: SqlClient,
  runner: number,
  names: readonly string[],
  limit: number,
): Promise<readonly ClaimedJob[]> {
  return await database.query<ClaimedJob>({
    name: 'diga_job_claim',
    text: CLAIM,
    values: [runner, names, limit],
  });
}
