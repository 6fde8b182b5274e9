import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, SqlClient, SqlStatement } from '../../../src/plugin/sdk.ts';

/** A database whose statements join the transaction of the request they are made for, if there is one. */
export interface AmbientDatabase extends Database {
  /**
   * Runs work in one transaction that begins with its first statement, so that a request which sends its body slowly
   * holds no connection. Rejects: nothing is kept.
   */
  together<T>(work: () => Promise<T>): Promise<T>;
}

/** A transaction that is open, or not yet. */
interface Ambient {
  /** Undefined: it has ended, and what is still running stands alone. */
  client(): Promise<SqlClient> | undefined;
}

/** @param database where transactions are opened */
export function ambientDatabase(database: Database): AmbientDatabase {
  const ambient = new AsyncLocalStorage<Ambient>();
  const client = async (): Promise<SqlClient> => (await ambient.getStore()?.client()) ?? database;
  return {
    name: database.name,
    close: () => database.close(),
    query: async (statement) => (await client()).query(statement),
    async transaction(work) {
      const outer = await ambient.getStore()?.client();
      return outer === undefined ? database.transaction(work) : nested(outer, work);
    },
    async together(work) {
      const transaction = lazyTransaction(database);
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await ambient.run(transaction, work);
      } catch (error) {
        await transaction.end(error);
        throw error;
      }
      await transaction.end();
      return result;
    },
  };
}

/** A transaction inside another: what fails in it is undone, and the outer one goes on. */
async function nested<T>(tx: SqlClient, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  await tx.query({ text: 'SAVEPOINT part' });
  try {
    const result = await work(tx);
    await tx.query({ text: 'RELEASE SAVEPOINT part' });
    return result;
  } catch (error) {
    await tx.query({ text: 'ROLLBACK TO SAVEPOINT part' });
    throw error;
  }
}

/** Opens a transaction for the first who asks, and keeps it open until it is told how the work went. */
function lazyTransaction(database: Database): Ambient & { end(failure?: unknown): Promise<void> } {
  const verdict = Promise.withResolvers<undefined>();
  verdict.promise.catch(() => undefined);
  let opened: Promise<SqlClient> | undefined;
  let committed: Promise<void> | undefined;
  let ended = false;
  const open = (): Promise<SqlClient> => {
    const given = Promise.withResolvers<SqlClient>();
    let begun = false;
    committed = database.transaction(async (tx) => {
      // The work of a request is not repeated: what it has told its surroundings cannot be taken back.
      if (begun) throw new TypeError('The transaction of a request cannot be repeated');
      begun = true;
      given.resolve(oneAtATime(tx));
      await verdict.promise;
    });
    committed.catch(given.reject);
    return given.promise;
  };
  return {
    client: () => (ended ? undefined : (opened ??= open())),
    async end(failure) {
      ended = true;
      if (failure === undefined) {
        verdict.resolve(undefined);
        await committed;
        return;
      }
      verdict.reject(failure);
      // Its failure is the one that is told already.
      await committed?.catch(() => undefined);
    },
  };
}

/** A connection does one thing at a time, whatever is asked of it at once. */
function oneAtATime(tx: SqlClient): SqlClient {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query<Row>(statement: SqlStatement) {
      const next = last.then(() => tx.query<Row>(statement));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
