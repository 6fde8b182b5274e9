import type { Writable } from 'node:stream';
import pg from 'pg';
import { bindMessages } from './bind-messages.ts';

/** What the driver's connection gives to a query that it is asked to submit. */
export interface Connection {
  readonly stream: Writable;
  /** Texts of the statements that this connection has prepared, and of those it was asked to prepare, by name. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(statement: { readonly name: string; readonly text: string }): void;
  sendCopyFail(reason: string): void;
}

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** For messages that say nothing new: ReadyForQuery follows all of them. */
const ignore = (): void => undefined;

/** Columns of the prepared statements of a connection, by name: the server need not describe them twice. */
const described = new WeakMap<Connection, Map<string, readonly Column[]>>();

/**
 * A statement as the driver submits it: all messages in one write, and the columns of a prepared one described once for
 * each connection. The driver's own query sends four pieces and asks for the description each time, which together cost
 * about as much as everything else that a read does in this process. A statement without a name is not prepared: it is
 * planned with its values, each time.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class PreparedQuery<Row> {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly (string | null)[];
  readonly #rows: Row[] = [];
  readonly #settled = Promise.withResolvers<readonly Row[]>();
  #connection: Connection | undefined;
  #columns: readonly Column[] = [];
  #failure: unknown;

  /**
   * @param name of the prepared statement; empty where it is to be planned anew
   * @param values in the text format of PostgreSQL
   */
  constructor(name: string, text: string, values: readonly (string | null)[]) {
    this.name = name;
    this.text = text;
    this.#values = values;
  }

  /** The rows; rejects with the driver's error. */
  get rows(): Promise<readonly Row[]> {
    return this.#settled.promise;
  }

  submit(connection: Connection): Error | null {
    const conflict = this.conflict(connection);
    if (conflict !== undefined) return conflict;
    this.send(connection, true);
    return null;
  }

  /** Why the statement cannot be sent over a connection; undefined where it can. */
  conflict(connection: Connection): Error | undefined {
    const known = this.#known(connection);
    if (known === undefined || known === this.text) return undefined;
    return new TypeError(`The statement ${this.name} has another text already`);
  }

  /** True where the connection knows the statement and what its rows look like. */
  isPrepared(connection: Connection): boolean {
    return (
      this.#known(connection) !== undefined && described.get(connection)?.has(this.name) === true
    );
  }

  /**
   * Sends the statement.
   * @param last false where other statements follow and are to be answered together with it
   */
  send(connection: Connection, last: boolean): void {
    const { name, text } = this;
    const { stream, submittedNamedStatements } = connection;
    if (this.#known(connection) !== undefined) {
      if (stream.writable) stream.write(this.messages(connection, last));
      return;
    }
    stream.cork();
    connection.parse({ name, text });
    if (name !== '') submittedNamedStatements[name] = text;
    if (stream.writable) stream.write(this.messages(connection, last));
    stream.uncork();
  }

  /** The messages that run the statement once the connection knows it; the answer is awaited from then on. */
  messages(connection: Connection, last: boolean): Buffer {
    this.#connection = connection;
    const columns = this.name === '' ? undefined : described.get(connection)?.get(this.name);
    if (columns !== undefined) this.#columns = columns;
    return bindMessages(this.name, this.#values, columns === undefined, last);
  }

  /** The text under its name; undefined where the connection has to be told. */
  #known({ parsedStatements, submittedNamedStatements }: Connection): string | undefined {
    if (this.name === '') return undefined;
    return parsedStatements[this.name] ?? submittedNamedStatements[this.name];
  }

  handleRowDescription({
    fields,
  }: {
    readonly fields: readonly { readonly name: string; readonly dataTypeID: TypeId }[];
  }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: pg.types.getTypeParser(dataTypeID, 'text') as Column['parse'],
    }));
    if (this.#connection === undefined || this.name === '') return;
    const statements = described.get(this.#connection) ?? new Map<string, readonly Column[]>();
    statements.set(this.name, this.#columns);
    described.set(this.#connection, statements);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      const row: Record<string, unknown> = {};
      let index = 0;
      for (const { name, parse } of this.#columns) {
        const text = fields[index] ?? null;
        index += 1;
        row[name] = text === null ? null : parse(text);
      }
      this.#rows.push(row as Row);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#settled.resolve(this.#rows);
    else this.#settled.reject(this.#failure);
  }

  handleError(error: unknown): void {
    this.#settled.reject(error);
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail('No rows to copy');
  }

  readonly handleCommandComplete = ignore;
  readonly handleEmptyQuery = ignore;
  readonly handlePortalSuspended = ignore;
  readonly handleCopyData = ignore;
}
