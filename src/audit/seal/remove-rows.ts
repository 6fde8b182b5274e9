import { recordRetention } from '../retention/holds.ts';
import { sqlParameters, type SqlParameters } from '../../storage/search-sql/parameters.ts';
import { DELETION_TYPE, signStatement } from './checkpoint.ts';
import type { Removal, RetiredPeriod } from './removal.ts';

/** What the signed deletion record says beside where it belongs. */
export interface DeletionSaid extends RetiredPeriod {
  /** When: an instant in UTC. */
  readonly time: string;
  /** Days of the classes that have released the period. */
  readonly released: Readonly<Record<string, number>>;
  /** Ids of the holds that were in force. */
  readonly holds: readonly string[];
}

/** Stores the signed deletion record, and a row of the ledger that tells of it. */
export async function recordRemoval(
  { connection, key, origin, whole, period }: Removal,
  number: number,
  said: DeletionSaid,
): Promise<void> {
  const jws = signStatement(DELETION_TYPE, { origin, number, whole, ...said }, key);
  await connection.query(
    'insert into audit_deletion (first_seq, jws, number, whole) overriding system value values ($1, $2, $3, $4)',
    [period.from, jws, number, whole],
  );
  const { count, kept, firstLeaf, lastLeaf, root, removedByClass } = said;
  const classes = Object.entries(removedByClass).map(([name, rows]) => `${name} ${String(rows)}`);
  await recordRetention(
    connection,
    'audit-retain',
    said.time,
    `Removed after their time: ${String(count)} rows of ${period.partition} (${classes.join(', ')}), leaves ${String(firstLeaf)} to ${String(lastLeaf)}, root ${root}; ${String(kept)} rows stay`,
  );
}

/** Drops the partition of a period nothing of which stays, and destroys the key of its random bits. */
export async function removePeriod({ connection, period }: Removal): Promise<void> {
  await connection.query(`drop table ${quoted(period.partition)}`);
  await connection.query('delete from audit_blinding where first_seq = $1', [period.from]);
}

/**
 * Puts a table with the rows that stay in the place of a partition. So nothing is ever deleted from a partition, its
 * triggers need no exception, and the disk has the space at once.
 * @throws TypeError where other rows would stay than were counted
 */
export async function swapPartition(
  { connection, period }: Removal,
  keeps: (parameters: SqlParameters) => string,
  kept: number,
): Promise<void> {
  const { from, end, partition } = period;
  const old = quoted(partition);
  const fresh = quoted(`${partition}_kept`);
  const run = (text: string): Promise<{ readonly rows: readonly unknown[] }> =>
    connection.query(text);
  const { rows } = await connection.query(
    'select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c where c.oid = $1::regclass',
    [old],
  );
  const { bound } = rows[0] as { bound: string };
  await connection.query('select audit_make_partition($1)', [`${partition}_kept`]);
  // So that attaching need not look at the rows while requests wait.
  await run(
    `alter table ${fresh} add constraint of_the_period check (seq >= ${String(from)} and seq < ${String(end)})`,
  );
  const parameters = sqlParameters([from, end]);
  const { rowCount } = await connection.query(
    `insert into ${fresh} select a.* from audit_event a
      where a.seq >= $1 and a.seq < $2 and ${keeps(parameters)}`,
    parameters.values,
  );
  if (rowCount !== kept) throw new TypeError(`${partition}: rows changed meanwhile`);
  await run(`analyze ${fresh}`);
  await run(`alter table audit_event detach partition ${old}`);
  await run(`drop table ${old}`);
  await run(`alter table ${fresh} rename to ${old}`);
  await run(`alter table audit_event attach partition ${old} ${bound}`);
  await run(`alter table ${old} drop constraint of_the_period`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
