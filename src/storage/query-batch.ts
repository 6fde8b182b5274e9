import type { Connection, PreparedQuery } from './prepared-query.ts';

/** A statement as a batch sends it and hands it its answer. */
export type BatchedQuery = Pick<
  PreparedQuery<unknown>,
  | 'name'
  | 'text'
  | 'conflict'
  | 'isPrepared'
  | 'send'
  | 'messages'
  | 'handleRowDescription'
  | 'handleDataRow'
  | 'handleReadyForQuery'
  | 'handleError'
>;

/** How a batch has ended. */
export interface BatchEnd {
  /** Number of statements that were run, the one that failed included; it ends the batch. */
  readonly run: number;
  /** What the failed one ended with. */
  readonly error?: unknown;
}

/**
 * Statements that travel together: all of them in one write, answered in one piece. For the server they are one
 * transaction, so they must only read. What it costs to wake the other process and be woken is a good part of a short
 * statement, and is paid once.
 */
export class QueryBatch {
  readonly #queries: readonly BatchedQuery[];
  readonly #settled = Promise.withResolvers<BatchEnd>();
  /** The statement that is being answered. */
  #current = 0;

  constructor(queries: readonly BatchedQuery[]) {
    this.#queries = queries;
  }

  /** Resolves at the end; each statement has its rows or its error by then, unless it was not run. */
  get end(): Promise<BatchEnd> {
    return this.#settled.promise;
  }

  /** Name of the statement that is being answered: the driver notes by it what is prepared. */
  get name(): string {
    return this.#queries[this.#current]?.name ?? '';
  }

  get text(): string {
    return this.#queries[this.#current]?.text ?? '';
  }

  submit(connection: Connection): Error | null {
    for (const query of this.#queries) {
      const conflict = query.conflict(connection);
      if (conflict !== undefined) return conflict;
    }
    const { stream } = connection;
    const last = this.#queries.length - 1;
    if (this.#queries.every((query) => query.isPrepared(connection))) {
      const messages = this.#queries.map((query, index) =>
        query.messages(connection, index === last),
      );
      if (stream.writable) stream.write(Buffer.concat(messages));
      return null;
    }
    stream.cork();
    for (const [index, query] of this.#queries.entries()) query.send(connection, index === last);
    stream.uncork();
    return null;
  }

  handleRowDescription(message: Parameters<BatchedQuery['handleRowDescription']>[0]): void {
    this.#queries[this.#current]?.handleRowDescription(message);
  }

  handleDataRow(message: Parameters<BatchedQuery['handleDataRow']>[0]): void {
    this.#queries[this.#current]?.handleDataRow(message);
  }

  handleCommandComplete(): void {
    this.#queries[this.#current]?.handleReadyForQuery();
    this.#current += 1;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    this.#settled.resolve({ run: this.#current });
  }

  handleError(error: unknown, { parsedStatements, submittedNamedStatements }: Connection): void {
    this.#queries[this.#current]?.handleError(error);
    // What came after the failed one was not even prepared.
    for (const { name } of this.#queries.slice(this.#current)) {
      if (parsedStatements[name] === undefined) submittedNamedStatements[name] = undefined;
    }
    this.#settled.resolve({ run: this.#current + 1, error });
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail('No rows to copy');
  }

  /** No statement is run with a limit of rows. */
  handlePortalSuspended(): void {
    return undefined;
  }
}
