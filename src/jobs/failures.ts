import type { SqlClient } from '../storage/database.ts';

/** A job whose attempts are used up. It stays until somebody has looked. */
export interface FailedJob {
  readonly id: string;
  readonly name: string;
  readonly attempts: number;
  readonly failedAt: Date;
  /** Code or type of the last error; never its text, which may quote data. */
  readonly error: string | null;
}

/**
 * Reads the jobs of a database that failed for good, the newest first. Their payloads stay where they are: they may name
 * patients.
 * @param limit of jobs
 */
export async function readFailures(
  database: SqlClient,
  limit: number,
): Promise<readonly FailedJob[]> {
  return await database.query<FailedJob>({
    text: `select id::text as id, name, attempt as attempts, failed_at as "failedAt", last_error as error
      from diga_job where failed_at is not null order by failed_at desc, id desc limit $1`,
    values: [limit],
  });
}
