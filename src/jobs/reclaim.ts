import type { Database } from '../storage/database.ts';
import { RUNNER_LOCK } from './runner-session.ts';

const OTHERS = 'select from diga_job where runner is not null and runner <> $1 limit 1';

// A runner lives as long as its connection, which holds the lock of its number. Whoever gets that lock knows that the
// runner is dead; the lock taken here ends with the transaction.
const DEAD = `
  select runner from (select distinct runner from diga_job where runner is not null offset 0) running
  where pg_try_advisory_xact_lock(${RUNNER_LOCK}, runner)`;

const SUPERSEDED = `
  delete from diga_job old using diga_job newer
  where old.runner = any($1) and newer.name = old.name and newer.key = old.key
    and newer.runner is null and newer.failed_at is null`;

const FREE = `
  update diga_job set runner = null,
    failed_at = case when attempt >= max_attempts then now() end,
    last_error = case when attempt >= max_attempts then 'RUNNER_DIED' else last_error end
  where runner = any($1)
  returning id`;

/**
 * Gives back the jobs of runners that died, to be run again at once. One that has outlived its runner `maxAttempts`
 * times counts as failed: it may be what kills them.
 * @param runner number of the runner that looks; its own jobs are safe by its lock.
 * @returns how many jobs were freed.
 */
export async function reclaim(database: Database, runner: number): Promise<number> {
  if ((await database.query({ text: OTHERS, values: [runner] })).length === 0) return 0;
  return await database.transaction(async (tx) => {
    const dead = (await tx.query<{ runner: number }>({ text: DEAD })).map((row) => row.runner);
    if (dead.length === 0) return 0;
    await tx.query({ text: SUPERSEDED, values: [dead] });
    return (await tx.query({ text: FREE, values: [dead] })).length;
  });
}
