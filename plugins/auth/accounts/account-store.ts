import type { AccountIdentity, Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { identityStore } from '../identities/identity-store.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import { normalizeAccountHandle } from './account-handle.ts';

/** PENDING: its FHIR identity may not exist yet. BLOCKED: nobody signs in. */
export type AccountState = 'PENDING' | 'ACTIVE' | 'BLOCKED';

/** A pseudonymous account. */
export interface Account {
  readonly id: string;
  readonly state: AccountState;
  /** Hash of the password that counts now. */
  readonly passwordHash: string;
  /** What was proven before this time counts no longer: a lock or new factors lie between. */
  readonly securedAt?: Date;
  /** FHIR identities, the oldest first. That of a PENDING account is planned: its resources may not exist yet. */
  readonly identities: readonly AccountIdentity[];
}

/** A new account with the handle that is stored only as a digest. */
export interface NewAccount {
  readonly id: string;
  readonly passwordHash: string;
  /** ACTIVE where the FHIR identity exists already: an invitation. */
  readonly state: 'PENDING' | 'ACTIVE';
  readonly identity: AccountIdentity;
  readonly handle: string;
}

/** The table `account`. */
export interface AccountStore {
  /** Digest under which a handle is looked up, for throttling too. */
  digest(handle: string): Buffer;
  /** The digest that an account is kept under. */
  digestOf(id: string): Promise<Buffer | undefined>;
  byHandle(handle: string): Promise<Account | undefined>;
  byId(id: string): Promise<Account | undefined>;
  /**
   * Stores a new account with its identity; again for the same id while it is PENDING. False: the id or handle is taken.
   * @throws FhirError `AUTH_IDENTITY_TAKEN`
   */
  insert(tx: SqlClient, account: NewAccount): Promise<boolean>;
  activate(id: string): Promise<void>;
  recordLogin(id: string): Promise<void>;
  /** Keeps a hash of the same password at another cost, unless the password was changed since. */
  rehash(id: string, before: string, after: string): Promise<void>;
  /** Keeps others from changing what protects an account until the transaction ends. */
  hold(tx: SqlClient, id: string): Promise<void>;
  /** Sets a password that counts at once; one that was announced is dropped, and open attempts are void. */
  setPassword(tx: SqlClient, id: string, hash: string): Promise<void>;
  /** Sets a password that counts from a time on; `undefined` takes it back. */
  announcePassword(
    tx: SqlClient,
    id: string,
    next: { readonly hash: string; readonly from: Date } | undefined,
  ): Promise<void>;
  setLockCode(tx: SqlClient, id: string, digest: Buffer): Promise<void>;
  /** Digest of the lock code, where the account has one. */
  lockCode(id: string): Promise<Buffer | undefined>;
  /** Lets nobody in any more. False: it was so already. */
  lock(tx: SqlClient, id: string): Promise<boolean>;
  /** False: it was not locked. */
  unlock(tx: SqlClient, id: string): Promise<boolean>;
  /** Makes void what was proven before this moment. */
  secure(tx: SqlClient, id: string): Promise<void>;
  pendingBefore(time: Date, limit: number): Promise<readonly Account[]>;
}

interface Row {
  readonly id: string;
  readonly state: AccountState;
  readonly password_hash: string;
  readonly secured_at: Date | null;
  readonly identities: readonly AccountIdentity[];
}

/** `$2` is the time. */
const COLUMNS = `id, state, secured_at,
  CASE WHEN next_password_from <= $2 THEN next_password_hash ELSE password_hash END AS password_hash`;
const IDENTITIES = `(SELECT coalesce(json_agg(json_build_object('profile', i.profile, 'membershipId', i.membership_id,
  'class', i.class) ORDER BY i.linked_at, i.membership_id), '[]') FROM account_identity i WHERE i.account_id = account.id)
  AS identities`;

/** Accounts in PostgreSQL. */
export function accountStore(
  database: SqlClient,
  handleDigest: KeyedDigest,
  clock: Clock,
): AccountStore {
  const now = (): Date => new Date(clock.now());
  const digest = (handle: string): Buffer => handleDigest(normalizeAccountHandle(handle));
  const read = (row: Row): Account => ({
    id: row.id,
    state: row.state,
    passwordHash: row.password_hash,
    ...(row.secured_at === null ? {} : { securedAt: row.secured_at }),
    identities: row.identities,
  });
  const links = identityStore(database, clock);
  const one = async (where: string, value: unknown): Promise<Account | undefined> => {
    const [row] = await database.query<Row>({
      text: `SELECT ${COLUMNS}, ${IDENTITIES} FROM account WHERE ${where} = $1`,
      values: [value, now()],
    });
    return row === undefined ? undefined : read(row);
  };
  return {
    digest,
    async digestOf(id) {
      const [row] = await database.query<{ handle_digest: Buffer }>({
        text: 'SELECT handle_digest FROM account WHERE id = $1',
        values: [id],
      });
      return row?.handle_digest;
    },
    async hold(tx, id) {
      await tx.query({ text: 'SELECT id FROM account WHERE id = $1 FOR UPDATE', values: [id] });
    },
    byHandle: (handle) => one('handle_digest', digest(handle)),
    byId: (id) => one('id', id),
    async insert(tx, account) {
      const rows = await tx.query({
        text: `INSERT INTO account (id, state, password_hash, handle_digest, created_at, activated_at)
          VALUES ($1, $2, $3, $4, $5, CASE WHEN $2 = 'ACTIVE' THEN $5::timestamptz END)
          ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash
            WHERE account.state = 'PENDING' AND account.handle_digest = excluded.handle_digest
          RETURNING id`,
        values: [account.id, account.state, account.passwordHash, digest(account.handle), now()],
      });
      if (rows.length === 0) return false;
      const outcome = await links.link(tx, account.id, account.identity);
      if (outcome === 'taken' && (await links.accountOf(account.identity.profile)) !== account.id)
        throw authError('AUTH_IDENTITY_TAKEN', { profile: account.identity.profile });
      return true;
    },
    async activate(id) {
      await database.query({
        text: `UPDATE account SET state = 'ACTIVE', activated_at = $2 WHERE id = $1 AND state = 'PENDING'`,
        values: [id, now()],
      });
    },
    async recordLogin(id) {
      await database.query({
        text: 'UPDATE account SET last_login_at = $2 WHERE id = $1',
        values: [id, now()],
      });
    },
    async rehash(id, before, after) {
      await database.query({
        text: 'UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2',
        values: [id, before, after],
      });
    },
    async setPassword(tx, id, hash) {
      await tx.query({
        text: `UPDATE account SET password_hash = $2, next_password_hash = NULL, next_password_from = NULL,
            secured_at = $3 WHERE id = $1`,
        values: [id, hash, now()],
      });
    },
    async announcePassword(tx, id, next) {
      await tx.query({
        text: `UPDATE account SET next_password_hash = $2, next_password_from = $3,
            password_hash = CASE WHEN next_password_from <= $4 THEN next_password_hash ELSE password_hash END
          WHERE id = $1`,
        values: [id, next?.hash ?? null, next?.from ?? null, now()],
      });
    },
    async setLockCode(tx, id, code) {
      await tx.query({
        text: 'UPDATE account SET lock_digest = $2 WHERE id = $1',
        values: [id, code],
      });
    },
    async lockCode(id) {
      const [row] = await database.query<{ lock_digest: Buffer | null }>({
        text: 'SELECT lock_digest FROM account WHERE id = $1',
        values: [id],
      });
      return row?.lock_digest ?? undefined;
    },
    async lock(tx, id) {
      const rows = await tx.query({
        text: `UPDATE account SET state = 'BLOCKED', locked_at = $2, secured_at = $2
          WHERE id = $1 AND state <> 'BLOCKED' RETURNING id`,
        values: [id, now()],
      });
      return rows.length === 1;
    },
    async unlock(tx, id) {
      const rows = await tx.query({
        text: `UPDATE account SET state = CASE WHEN activated_at IS NULL THEN 'PENDING' ELSE 'ACTIVE' END,
            locked_at = NULL WHERE id = $1 AND state = 'BLOCKED' RETURNING id`,
        values: [id],
      });
      return rows.length === 1;
    },
    async secure(tx, id) {
      await tx.query({
        text: 'UPDATE account SET secured_at = $2 WHERE id = $1',
        values: [id, now()],
      });
    },
    async pendingBefore(time, limit) {
      const rows = await database.query<Row>({
        text: `SELECT ${COLUMNS}, ${IDENTITIES} FROM account WHERE state = 'PENDING' AND created_at < $1
          ORDER BY created_at LIMIT $3`,
        values: [time, now(), limit],
      });
      return rows.map(read);
    },
  };
}
