import pg from 'pg';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { Database, DatabaseName, SqlClient, SqlStatement } from './database.ts';
import { createGathering } from './gathering.ts';
import { PreparedQuery } from './prepared-query.ts';
import { type BatchedQuery, QueryBatch } from './query-batch.ts';
import { createSlots } from './slots.ts';
import { textValues } from './text-values.ts';

/** How to reach a database. */
export interface PostgresOptions {
  readonly name: DatabaseName;
  /** Connection URL of the runtime role. */
  readonly url: string;
  /** Connections at most. */
  readonly connections: number;
  /** Called for errors of idle connections, which concern no request. */
  readonly onIdleError: (error: unknown) => void;
}

/** Milliseconds that one statement, or an idle transaction, may take. */
const STATEMENT_TIMEOUT = 60_000;

/** SQLSTATEs after which the same work may succeed at once: serialization failure and deadlock. */
const RETRYABLE = new Set(['40001', '40P01']);

/** How often work is done at most, where doing it again is safe. */
const ATTEMPTS = 3;

/** SQLSTATE of a statement that was cancelled, which is what a time-out does. */
const CANCELLED = '57014';

/** SQLSTATEs and socket codes that mean: there is no server to talk to, or it cannot work at this moment. */
const UNREACHABLE = new Set([
  '55000',
  '57P01',
  '57P02',
  '57P03',
  '53000',
  // Disk full, out of memory, too many connections, a limit of its configuration.
  '53100',
  '53200',
  '53300',
  '53400',
  // A standby that has not been promoted yet.
  '25006',
  // Reading or writing its files failed.
  '58030',
  '08000',
  '08003',
  '08006',
  '08001',
  '08004',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Connections that transactions leave to single statements. What runs inside a transaction may need one of those (a row
 * of the ledger, numbers for new rows); if transactions held all connections, they would wait for each other.
 */
const RESERVED = 2;

/** Statements that share a connection and its round trip: more would wait longer for each other than they save. */
const TOGETHER = 8;

/** Longest time to wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT = 5_000;

/**
 * A PostgreSQL database behind a pool of connections. int8 and numeric stay text unless a statement casts them, so no
 * value loses digits on the way.
 */
export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    // A connection that was needed once is needed again; without a limit there is no timer to set for every statement.
    idleTimeoutMillis: 0,
    allowExitOnIdle: false,
    application_name: `diga-server ${options.name}`,
    // No request waits longer than its client would, and nothing holds a lock for ever.
    statement_timeout: STATEMENT_TIMEOUT,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    // The planner overrates what is asked of single rows; compiling such a statement takes longer than running it.
    options: '-c jit=off',
  });
  pool.on('error', options.onIdleError);
  // A connection that breaks between two statements of a transaction has nobody else to tell; the next statement fails.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  const slots = createSlots(Math.max(1, options.connections - RESERVED), CONNECT_TIMEOUT);

  const query = async <Row>(
    client: pg.PoolClient,
    statement: SqlStatement,
  ): Promise<readonly Row[]> => {
    try {
      const prepared = preparedQuery<Row>(statement);
      if (prepared !== undefined) {
        client.query(prepared as unknown as pg.Submittable);
        return await prepared.rows;
      }
      const result = await client.query(statement as pg.QueryConfig);
      return result.rows as Row[];
    } catch (error) {
      throw translate(error);
    }
  };

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw translate(error);
    }
  };

  /** A failed statement leaves its connection as good as it was; only a lost connection is given up. */
  const queryOnce = async <Row>(statement: SqlStatement): Promise<readonly Row[]> => {
    const client = await connect();
    let lost = false;
    try {
      return await query<Row>(client, statement);
    } catch (error) {
      lost = isLost(error);
      throw error;
    } finally {
      client.release(lost);
    }
  };

  const runTogether = async (asked: readonly Shared[]): Promise<void> => {
    try {
      const client = await connect();
      const batch = new QueryBatch(asked.map(({ prepared }) => prepared));
      client.query(batch as unknown as pg.Submittable);
      const { run, error } = await batch.end;
      client.release(isLost(translate(error)));
      for (const [index, { ran }] of asked.entries()) ran.resolve(index < run);
    } catch (error) {
      for (const { ran } of asked) ran.reject(error);
    }
  };
  const gather = createGathering<Shared>(TOGETHER, (asked) => void runTogether(asked));

  /** A statement that was behind a failed one has not been run: it is run by itself. */
  const queryShared = async <Row>(statement: SqlStatement): Promise<readonly Row[]> => {
    const prepared = preparedQuery<Row>(statement);
    if (prepared === undefined) return queryOnce(statement);
    const ran = Promise.withResolvers<boolean>();
    const { rows } = prepared;
    // It is waited for below; until then its failure is nobody's.
    rows.catch(() => undefined);
    gather({ prepared, ran });
    if (!(await ran.promise)) return queryOnce(statement);
    try {
      return await rows;
    } catch (error) {
      throw translate(error);
    }
  };

  const attempt = async <T>(work: (tx: SqlClient) => Promise<T>, state: Attempt): Promise<T> => {
    state.committing = false;
    const client = await connect();
    let broken: boolean | Error = false;
    try {
      await query(client, { text: 'begin' });
      const result = await work({ query: (statement) => query(client, statement) });
      state.committing = true;
      await query(client, { text: 'commit' });
      return result;
    } catch (error) {
      try {
        await client.query('rollback');
      } catch (rollbackError) {
        // The connection is gone; the server rolls back by itself. Keep the first error, it tells the reason.
        broken = rollbackError as Error;
      }
      throw error;
    } finally {
      client.release(broken);
    }
  };

  return {
    name: options.name,
    query: (statement) =>
      repeated(
        () => (statement.shared === true ? queryShared(statement) : queryOnce(statement)),
        // What was lost on the way may have been done; only reading can be done again without knowing.
        (error) =>
          isRetryable(error) ||
          (isLost(error) && (statement.shared === true || READS.test(statement.text))),
      ),
    async transaction(work) {
      const giveBack = await slots.take();
      try {
        const state: Attempt = { committing: false };
        return await repeated(
          () => attempt(work, state),
          // A connection that was lost before the commit was sent took all of the transaction with it.
          (error) => isRetryable(error) || (isLost(error) && !state.committing),
        );
      } finally {
        giveBack();
      }
    },
    close: () => pool.end(),
  };
}

/** A statement with a name or values as {@link PreparedQuery}, unless its values need the driver's own. */
function preparedQuery<Row>({
  name,
  text,
  values = [],
}: SqlStatement): PreparedQuery<Row> | undefined {
  if (name === undefined && values.length === 0) return undefined;
  const texts = textValues(values);
  return texts && new PreparedQuery<Row>(name ?? '', text, texts);
}

/** SQLSTATE (or socket error code) of an error of the driver. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** A statement on its way together with others. */
interface Shared {
  readonly prepared: BatchedQuery;
  /** Whether it was run. */
  readonly ran: PromiseWithResolvers<boolean>;
}

/** How far a transaction came. */
interface Attempt {
  committing: boolean;
}

/** Statements that change nothing. */
const READS = /^\s*select\b/i;

async function repeated<T>(work: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempts < ATTEMPTS && again(error)) continue;
      throw isRetryable(error)
        ? fhirError('SERVER_BUSY', {}, { cause: error, retryAfter: 1 })
        : error;
    }
  }
}

function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? '');
}

/** True if there was a connection and it is gone; waiting for one again would only take longer. */
function isLost(error: unknown): boolean {
  if (!isFhirError(error) || error.code !== 'SERVER_DATABASE_UNAVAILABLE') return false;
  return (
    !NO_SERVER.has(sqlState(error.cause) ?? '') &&
    !(error.cause as Error).message.includes('timeout exceeded')
  );
}

/** Socket codes that say that nobody listens. */
const NO_SERVER = new Set(['ECONNREFUSED', 'ENOENT', 'ETIMEDOUT']);

function translate(error: unknown): unknown {
  if (isFhirError(error)) return error;
  if (sqlState(error) === CANCELLED) {
    return fhirError('SERVER_STATEMENT_TIMEOUT', {}, { cause: error, retryAfter: 5 });
  }
  const message = (error as { message?: unknown } | undefined)?.message;
  const lost =
    UNREACHABLE.has(sqlState(error) ?? '') ||
    (typeof message === 'string' &&
      /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/.test(
        message,
      ));
  if (!lost) return error;
  return fhirError('SERVER_DATABASE_UNAVAILABLE', {}, { cause: error, retryAfter: 2 });
}
