import type { JobQueue } from '../plugin/sdk.ts';
import type { SqlClient } from '../storage/database.ts';

/** Attempts before a job counts as failed: spread over about nine hours. */
const MAX_ATTEMPTS = 20;

/** Largest payload in UTF-16 units of its JSON. Jobs carry references; what they work on lies in its own table. */
const MAX_PAYLOAD = 1_000_000;

// No NOTIFY here: PostgreSQL lets only one transaction with a notification commit at a time, which costs concurrent
// writers two thirds of their throughput and more (docs/adr/2611-jobs.md).
const ENQUEUE = `
  insert into diga_job (name, key, payload, run_at, max_attempts)
  values ($1, $2, $3::json, coalesce($4::timestamptz, now()), $5)
  on conflict (name, key) where runner is null and failed_at is null
  do update set payload = excluded.payload, run_at = excluded.run_at,
    max_attempts = excluded.max_attempts, attempt = 0, last_error = null`;

/**
 * Adds a job in the caller's transaction: it exists if and only if the transaction commits.
 * @throws TypeError when the payload is no JSON or larger than a megabyte, or the name, key or number of attempts is
 *   none.
 */
export const enqueue: JobQueue['enqueue'] = async (tx, name, payload, options = {}) => {
  const json = JSON.stringify(payload ?? null) as string | undefined;
  if (json === undefined || json.length > MAX_PAYLOAD) {
    throw new TypeError(`The payload of job ${name} is no JSON, or too large`);
  }
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > 1000) {
    throw new TypeError(`Job ${name} needs 1 to 1000 attempts`);
  }
  if (name === '' || name.length > 200 || (options.key ?? '').length > 500) {
    throw new TypeError('The name of a job has 1 to 200 characters, its key 500 at most');
  }
  const values = [
    name,
    options.key ?? null,
    json,
    options.runAt?.toISOString() ?? null,
    maxAttempts,
  ];
  await run(tx, values);
};

async function run(tx: SqlClient, values: readonly unknown[]): Promise<void> {
  await tx.query({ name: 'diga_job_enqueue', text: ENQUEUE, values });
}
