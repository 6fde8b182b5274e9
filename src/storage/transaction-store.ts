import type { ClinicalStore } from './clinical-store.ts';
import type { Database, SqlClient } from './database.ts';
import type { WriteEvent } from './write-hooks.ts';

/**
 * Runs `work` with a store whose reads and writes all belong to one transaction: it sees its own writes, and all of them
 * are kept or none. Reads and refusals are put on the audit ledger by themselves, so that they stay when the transaction
 * is rolled back. `work` may be run again after a serialization failure.
 */
export async function inTransaction<T>(
  store: ClinicalStore,
  work: (store: ClinicalStore) => Promise<T>,
): Promise<T> {
  let events: WriteEvent[] = [];
  const result = await store.database.transaction((tx) => {
    events = [];
    const inner: ClinicalStore = {
      ...store,
      database: nested(store.database, tx),
      inTransaction: true,
      hooks: {
        ...store.hooks,
        committed: (written) => {
          for (const event of written) events.push(event);
        },
      },
    };
    return work(inner);
  });
  store.hooks.committed?.(events);
  return result;
}

/** A database whose transactions are savepoints of an open one. */
function nested(database: Database, tx: SqlClient): Database {
  let depth = 0;
  return {
    name: database.name,
    query: (statement) => tx.query(statement),
    async transaction(work) {
      depth += 1;
      const savepoint = `s${String(depth)}`;
      await tx.query({ text: `savepoint ${savepoint}` });
      try {
        const result = await work(tx);
        await tx.query({ text: `release savepoint ${savepoint}` });
        return result;
      } catch (error) {
        await tx.query({ text: `rollback to savepoint ${savepoint}` });
        throw error;
      }
    },
    close: () => Promise.resolve(),
  };
}
