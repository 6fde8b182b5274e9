import { hash } from 'node:crypto';
import type { SqlClient } from '../../database.ts';
import type { Criteria } from './conditional.ts';

/** First key of the advisory locks of criteria; the second says which. */
const LOCK_CLASS = 0x64_69_67_61;

/**
 * Locks that there are. Criteria that share one wait for each other without need, which costs milliseconds; the bound
 * keeps a Bundle of ten thousand conditions from filling the lock table of the database.
 */
const LOCKS = 1024;

/**
 * Makes equal criteria wait for each other until the end of the transaction: of two conditional creates at the same moment
 * the second sees what the first one made. Has to be a statement of its own before the search, because a statement sees
 * what was committed when it began.
 * @see https://hl7.org/fhir/R4/http.html#ccreate
 */
export async function lockCriteria(
  client: SqlClient,
  criteria: readonly Criteria[],
): Promise<void> {
  const locks = new Set(criteria.map(lockOf));
  if (locks.size === 0) return;
  // In one order, so that two transactions never wait for each other in a circle.
  await client.query({
    name: 'lock-criteria',
    text: 'select pg_advisory_xact_lock($1, key) from unnest($2::integer[]) key',
    values: [LOCK_CLASS, [...locks].sort((a, b) => a - b)],
  });
}

/** The parameters in one order: whoever writes them in another asks for the same. */
export function criteriaKey({ type, used }: Pick<Criteria, 'type' | 'used'>): string {
  return JSON.stringify([type, ...used.map((parameter) => parameter.join('=')).sort()]);
}

function lockOf(criteria: Criteria): number {
  return hash('sha256', criteriaKey(criteria), 'buffer').readUInt32BE(0) % LOCKS;
}
