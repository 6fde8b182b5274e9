import type { SqlClient } from '../../storage/database.ts';

/**
 * The transactions that write to the ledger or have written to it and not ended yet. An insert locks the table before it
 * draws a number, and keeps the lock until its transaction has ended and its rows can be seen; so who is not in the list
 * has no number that is still to come.
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function ledgerWriters(client: SqlClient): Promise<ReadonlySet<string>> {
  const rows = await client.query<{ writer: string }>({
    name: 'audit writers',
    text: `select distinct virtualtransaction as writer from pg_locks
      where locktype = 'relation' and relation = 'audit_event'::regclass and mode = 'RowExclusiveLock' and granted
        and database = (select oid from pg_database where datname = current_database())`,
    values: [],
  });
  return new Set(rows.map(({ writer }) => writer));
}
