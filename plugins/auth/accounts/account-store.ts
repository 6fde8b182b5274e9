import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import { normalizeAccountHandle } from './account-handle.ts';
import type { TotpAlgorithm } from './totp.ts';

/** PENDING: its FHIR identity may not exist yet. BLOCKED: nobody signs in. */
export type AccountState = 'PENDING' | 'ACTIVE' | 'BLOCKED';

/** A pseudonymous account. */
export interface Account {
  readonly id: string;
  readonly state: AccountState;
  readonly passwordHash: string;
  /** Base32. */
  readonly totpSecret: string;
  readonly totpAlgorithm: TotpAlgorithm;
  /** FHIR reference, planned before the resource exists. */
  readonly profile: string;
  readonly membershipId: string;
}

/** A new account with the handle that is stored only as a digest. */
export interface NewAccount extends Account {
  readonly handle: string;
  /** Counter of the code that proved the authenticator; it cannot be used again. */
  readonly totpCounter: number;
}

/** The table `account`. */
export interface AccountStore {
  /** Digest under which a handle is looked up, for throttling too. */
  digest(handle: string): Buffer;
  byHandle(handle: string): Promise<Account | undefined>;
  byId(id: string): Promise<Account | undefined>;
  /** Stores a PENDING account; again for the same id while it is PENDING. False: the id or handle is taken. */
  insertPending(tx: SqlClient, account: NewAccount): Promise<boolean>;
  activate(id: string): Promise<void>;
  /** Marks a time step as used. False: it was used before, so the code is a replay. */
  consumeTotp(id: string, counter: number): Promise<boolean>;
  recordLogin(id: string, newPasswordHash: string | undefined): Promise<void>;
  pendingBefore(time: Date, limit: number): Promise<readonly Account[]>;
}

interface Row {
  readonly id: string;
  readonly state: AccountState;
  readonly password_hash: string;
  readonly totp_secret: Buffer;
  readonly totp_algorithm: TotpAlgorithm;
  readonly profile: string;
  readonly membership_id: string;
}

const COLUMNS = 'id, state, password_hash, totp_secret, totp_algorithm, profile, membership_id';

/** Accounts in PostgreSQL. */
export function accountStore(
  database: SqlClient,
  box: SecretBox,
  handleDigest: KeyedDigest,
  clock: Clock,
): AccountStore {
  const now = (): Date => new Date(clock.now());
  const digest = (handle: string): Buffer => handleDigest(normalizeAccountHandle(handle));
  const read = (row: Row): Account => ({
    id: row.id,
    state: row.state,
    passwordHash: row.password_hash,
    totpSecret: box.open(row.totp_secret, secretContext(row.id)),
    totpAlgorithm: row.totp_algorithm,
    profile: row.profile,
    membershipId: row.membership_id,
  });
  const one = async (where: string, value: unknown): Promise<Account | undefined> => {
    const [row] = await database.query<Row>({
      text: `SELECT ${COLUMNS} FROM account WHERE ${where} = $1`,
      values: [value],
    });
    return row === undefined ? undefined : read(row);
  };
  return {
    digest,
    byHandle: (handle) => one('handle_digest', digest(handle)),
    byId: (id) => one('id', id),
    async insertPending(tx, account) {
      const rows = await tx.query({
        text: `INSERT INTO account (${COLUMNS}, handle_digest, totp_counter, created_at)
          VALUES ($1, 'PENDING', $2, $3, $4, $5, $6, $7, $8, $9)
          ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, totp_counter = excluded.totp_counter
            WHERE account.state = 'PENDING' AND account.handle_digest = excluded.handle_digest
          RETURNING id`,
        values: [
          account.id,
          account.passwordHash,
          box.seal(account.totpSecret, secretContext(account.id)),
          account.totpAlgorithm,
          account.profile,
          account.membershipId,
          digest(account.handle),
          account.totpCounter,
          now(),
        ],
      });
      return rows.length === 1;
    },
    async activate(id) {
      await database.query({
        text: `UPDATE account SET state = 'ACTIVE', activated_at = $2 WHERE id = $1 AND state = 'PENDING'`,
        values: [id, now()],
      });
    },
    async consumeTotp(id, counter) {
      const rows = await database.query({
        text: 'UPDATE account SET totp_counter = $2 WHERE id = $1 AND totp_counter < $2 RETURNING id',
        values: [id, counter],
      });
      return rows.length === 1;
    },
    async recordLogin(id, newPasswordHash) {
      await database.query({
        text: `UPDATE account SET last_login_at = $2, password_hash = coalesce($3, password_hash) WHERE id = $1`,
        values: [id, now(), newPasswordHash ?? null],
      });
    },
    async pendingBefore(time, limit) {
      const rows = await database.query<Row>({
        text: `SELECT ${COLUMNS} FROM account WHERE state = 'PENDING' AND created_at < $1 ORDER BY created_at LIMIT $2`,
        values: [time, limit],
      });
      return rows.map(read);
    },
  };
}

function secretContext(id: string): string {
  return `account.totp_secret ${id}`;
}
