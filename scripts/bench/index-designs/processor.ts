import { readFileSync } from 'node:fs';
import type pg from 'pg';

const TICKS_PER_SECOND = 100;

/**
 * Processor time in microseconds that the backend of a connection spends on one run of `work`, which, unlike a rate,
 * says the same on a busy machine. Not a number where the server's processes cannot be seen.
 */
export async function processorTime(
  client: pg.PoolClient,
  runs: number,
  work: () => Promise<void>,
): Promise<number> {
  const result = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = result.rows[0]?.pid ?? 0;
  const before = ticks(pid);
  for (let i = 0; i < runs; i++) await work();
  return ((ticks(pid) - before) / TICKS_PER_SECOND / runs) * 1e6;
}

function ticks(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Number.NaN;
  }
}
