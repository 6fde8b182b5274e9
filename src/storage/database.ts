/** A statement with its parameters; `name` makes it a prepared statement of the connection. */
export interface SqlStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
  /**
   * True for a prepared statement that only reads, and few rows: it may travel together with others over one connection,
   * and wait for those before it.
   */
  readonly shared?: true;
}

/** Something that runs SQL: a pool, or a connection inside a transaction. */
export interface SqlClient {
  /** @throws FhirError `SERVER_DATABASE_UNAVAILABLE` when there is no connection; otherwise the driver's error. */
  query<Row>(statement: SqlStatement): Promise<readonly Row[]>;
}

/** One of the three databases. */
export interface Database extends SqlClient {
  readonly name: DatabaseName;
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. A serialization failure or
   * deadlock runs it again (at most twice more), so it must have no other effect than through `tx`.
   */
  transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The data areas: separate databases, roles and backups, never joined. */
export type DatabaseName = 'clinical' | 'accounts' | 'billing';
