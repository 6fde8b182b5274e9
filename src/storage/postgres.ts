import pg from 'pg';
import { fhirError } from '../fhir/outcome/codes.ts';
import { isFhirError } from '../fhir/outcome/fhir-error.ts';
import type { Database, DatabaseName, SqlClient, SqlStatement } from './database.ts';
import { createSlots } from './slots.ts';

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

/** SQLSTATE classes after which the same work may succeed at once. */
const RETRYABLE = new Set(['40001', '40P01']);

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
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: false,
    application_name: `diga-server ${options.name}`,
    // No request waits longer than its client would, and nothing holds a lock for ever.
    statement_timeout: STATEMENT_TIMEOUT,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
  });
  pool.on('error', options.onIdleError);
  const slots = createSlots(Math.max(1, options.connections - RESERVED), CONNECT_TIMEOUT);

  const query = async <Row>(
    client: pg.PoolClient,
    statement: SqlStatement,
  ): Promise<readonly Row[]> => {
    try {
      const result = await client.query(statement as pg.QueryConfig);
      return result.rows as Row[];
    } catch (error) {
      throw translate(error);
    }
  };

  /** A failed statement leaves its connection as good as it was; only a lost connection is given up. */
  const queryOnce = async <Row>(statement: SqlStatement): Promise<readonly Row[]> => {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw translate(error);
    }
    let lost = false;
    try {
      return await query<Row>(client, statement);
    } catch (error) {
      lost = isFhirError(error);
      throw error;
    } finally {
      client.release(lost);
    }
  };

  const attempt = async <T>(work: (tx: SqlClient) => Promise<T>): Promise<T> => {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw translate(error);
    }
    let broken: boolean | Error = false;
    try {
      await query(client, { text: 'begin' });
      const result = await work({ query: (statement) => query(client, statement) });
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
    query: queryOnce,
    async transaction(work) {
      const giveBack = await slots.take();
      try {
        for (let attempts = 1; ; attempts += 1) {
          try {
            return await attempt(work);
          } catch (error) {
            if (attempts === 3 || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
          }
        }
      } finally {
        giveBack();
      }
    },
    close: () => pool.end(),
  };
}

/** SQLSTATE (or socket error code) of an error of the driver. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function translate(error: unknown): unknown {
  if (isFhirError(error)) return error;
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
