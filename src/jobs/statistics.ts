import type { SqlClient } from '../storage/database.ts';

/** State of a queue over all nodes. */
export interface JobStatistics {
  /** Due and not begun. */
  readonly waiting: number;
  /** Waiting for a later time. */
  readonly delayed: number;
  readonly running: number;
  /** All attempts used up; somebody has to look. */
  readonly failed: number;
  /** Seconds that the longest waiting job is overdue; 0 when none waits. */
  readonly lag: number;
}

const COUNT = `
  select
    count(*) filter (where failed_at is null and runner is null and run_at <= now())::int as waiting,
    count(*) filter (where failed_at is null and runner is null and run_at > now())::int as delayed,
    count(*) filter (where runner is not null)::int as running,
    count(*) filter (where failed_at is not null)::int as failed,
    coalesce(extract(epoch from now() - min(run_at)
      filter (where failed_at is null and runner is null and run_at <= now())), 0)::float8 as lag
  from diga_job`;

/** Counts the jobs of a database. */
export async function readStatistics(database: SqlClient): Promise<JobStatistics> {
  const [row] = await database.query<JobStatistics>({ text: COUNT });
  if (row === undefined) throw new TypeError('A count returned no row');
  return row;
}
