import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';

/** What a person has allowed an app of another maker. */
export interface Consent {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly givenAt: Date;
  readonly changedAt: Date;
}

/** The table `consent`. */
export interface ConsentStore {
  find(accountId: string, clientId: string): Promise<Consent | undefined>;
  /** Consents of an account, by client. */
  list(accountId: string): Promise<readonly Consent[]>;
  /**
   * Remembers an answer to a question: of the scopes that were asked about, those chosen are allowed and the others are
   * not; what was not asked about stays as it was.
   */
  answer(
    accountId: string,
    clientId: string,
    asked: readonly string[],
    chosen: readonly string[],
  ): Promise<void>;
  /** Takes a consent back; the logins of the app are ended by the caller. False: there was none. */
  withdraw(accountId: string, clientId: string): Promise<boolean>;
}

interface Row {
  readonly client_id: string;
  readonly scopes: readonly string[];
  readonly given_at: Date;
  readonly changed_at: Date;
}

const COLUMNS = 'client_id, scopes, given_at, changed_at';

/** Consents in PostgreSQL. */
export function consentStore(database: SqlClient, clock: Clock): ConsentStore {
  return {
    async find(accountId, clientId) {
      const [row] = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM consent WHERE account_id = $1 AND client_id = $2`,
        values: [accountId, clientId],
      });
      return row === undefined ? undefined : read(row);
    },
    async list(accountId) {
      const rows = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM consent WHERE account_id = $1 ORDER BY client_id`,
        values: [accountId],
      });
      return rows.map(read);
    },
    async answer(accountId, clientId, asked, chosen) {
      await database.query({
        text: `INSERT INTO consent AS c (account_id, client_id, scopes, given_at, changed_at)
          VALUES ($1, $2, $3, $5, $5)
          ON CONFLICT (account_id, client_id) DO UPDATE SET changed_at = excluded.changed_at, scopes = ARRAY(
            SELECT scope FROM unnest(c.scopes) AS scope WHERE NOT scope = ANY ($4)
            UNION SELECT unnest(excluded.scopes))`,
        values: [accountId, clientId, chosen, asked, new Date(clock.now())],
      });
    },
    async withdraw(accountId, clientId) {
      const rows = await database.query({
        text: 'DELETE FROM consent WHERE account_id = $1 AND client_id = $2 RETURNING client_id',
        values: [accountId, clientId],
      });
      return rows.length === 1;
    },
  };
}

function read(row: Row): Consent {
  return {
    clientId: row.client_id,
    scopes: row.scopes,
    givenAt: row.given_at,
    changedAt: row.changed_at,
  };
}
