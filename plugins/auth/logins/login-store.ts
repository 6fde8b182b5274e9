import { randomUUID } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import { revokeGrant } from '../oidc/revoke-grant.ts';
import type { Revocations } from '../tokens/revocations.ts';
import type { Login } from './login.ts';
import { LOGIN_COLUMNS, type LoginRow, readLogin } from './login-row.ts';
import { endOfAccount } from './end-of-account.ts';
import { sessionLogins } from './session-logins.ts';

export type { Login } from './login.ts';

/** What is known when a grant is made. */
export type NewLogin = Omit<Login, 'id' | 'createdAt' | 'lastUsedAt' | 'revoked' | 'deviceKey'>;

/** The table `login`: one row per grant. */
export interface LoginStore {
  /**
   * Keeps a new login, or brings the one of the same grant up to date after another sign-in in the same session; the key
   * of its device is proved anew.
   */
  create(login: NewLogin): Promise<Login>;
  /** Living, revoked or expired; undefined: there is none of this name. */
  byGrantKey(grantKey: string): Promise<Login | undefined>;
  byId(id: string): Promise<Login | undefined>;
  /** Living logins of one browser session, the latest used first. */
  ofSession(sessionKey: string): Promise<readonly Login[]>;
  /** Living logins of an account, the newest first. */
  list(accountId: string): Promise<readonly Login[]>;
  /** Notes a use. Written at once; what is read on the request path goes through {@link LoginActivity}. */
  touch(ids: readonly string[], at: Date): Promise<void>;
  /** Binds a login to the key of a device and moves its end, which counts from the sign-in. */
  bindDevice(id: string, thumbprint: string, expiresAt: Date): Promise<void>;
  /** Ends a login with its grant, refresh tokens, access tokens and browser session. False: the account has none. */
  revoke(accountId: string, id: string): Promise<boolean>;
  /** Ends all logins of an account but one. @returns how many ended */
  revokeAll(accountId: string, except?: string): Promise<number>;
  /** Ends all logins of a browser session that has ended. @returns how many ended */
  endSession(sessionKey: string): Promise<number>;
  /** Notes that a grant has ended by another way. */
  ended(grantKey: string): Promise<void>;
}

export interface LoginStoreParts {
  readonly database: SqlClient;
  readonly revocations: Revocations;
  readonly clock: Clock;
}

/** Logins in PostgreSQL. */
export function loginStore(parts: LoginStoreParts): LoginStore {
  const { database, clock } = parts;
  const now = (): Date => new Date(clock.now());
  const one = async (where: string, value: string): Promise<Login | undefined> => {
    const [row] = await database.query<LoginRow>({
      text: `SELECT ${LOGIN_COLUMNS} FROM login WHERE ${where} = $1`,
      values: [value],
    });
    return row === undefined ? undefined : readLogin(row);
  };
  const end = async (rows: readonly LoginRow[]): Promise<number> => {
    for (const { grant_key: grant, session_key: session } of rows) {
      if (grant !== null) await revokeGrant(parts, grant, session ?? undefined);
    }
    return rows.length;
  };
  /** Logins of the same browser session end with the one that is ended. */
  const endWith = async (rows: readonly LoginRow[]): Promise<void> => {
    const sessions = rows.flatMap(({ session_key: session }) => session ?? []);
    if (sessions.length === 0) return;
    await end(
      await database.query<LoginRow>({
        text: `UPDATE login SET revoked_at = $2 WHERE session_key = ANY ($1) AND revoked_at IS NULL
          RETURNING ${LOGIN_COLUMNS}`,
        values: [sessions, now()],
      }),
    );
  };
  const store: LoginStore = {
    async create(login) {
      const time = now();
      const [row] = await database.query<LoginRow>({
        text: `INSERT INTO login (id, account_id, client_id, profile, membership_id, class, scope, auth_method, acr, amr,
            auth_time, grant_key, session_key, device, network, context, created_at, last_used_at, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)
          ON CONFLICT (grant_key) DO UPDATE SET scope = excluded.scope, acr = excluded.acr, amr = excluded.amr,
            auth_time = excluded.auth_time, context = excluded.context, last_used_at = excluded.last_used_at,
            expires_at = excluded.expires_at, device_key = NULL
          RETURNING ${LOGIN_COLUMNS}`,
        values: [
          randomUUID(),
          login.accountId,
          login.clientId,
          login.profile,
          login.membershipId,
          login.class,
          login.scope,
          login.authMethod,
          login.acr,
          login.amr,
          login.authTime,
          login.grantKey ?? null,
          login.sessionKey ?? null,
          login.device ?? null,
          login.network ?? null,
          JSON.stringify(login.context),
          time,
          login.expiresAt,
        ],
      });
      if (row === undefined) throw new TypeError('A login was not kept');
      return readLogin(row);
    },
    byGrantKey: (grantKey) => one('grant_key', grantKey),
    byId: async (id) => (UUID.test(id) ? one('id', id) : undefined),
    ofSession: (sessionKey) => sessionLogins(database, sessionKey),
    async list(accountId) {
      const rows = await database.query<LoginRow>({
        text: `SELECT ${LOGIN_COLUMNS} FROM login WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2
          ORDER BY created_at DESC, id LIMIT 200`,
        values: [accountId, now()],
      });
      return rows.map(readLogin);
    },
    async touch(ids, at) {
      await database.query({
        text: 'UPDATE login SET last_used_at = $2 WHERE id = ANY ($1::uuid[]) AND last_used_at < $2',
        values: [ids, at],
      });
    },
    async bindDevice(id, thumbprint, expiresAt) {
      await database.query({
        text: 'UPDATE login SET device_key = $2, expires_at = $3 WHERE id = $1',
        values: [id, thumbprint, expiresAt],
      });
    },
    async revoke(accountId, id) {
      if (!UUID.test(id)) return false;
      const rows = await database.query<LoginRow>({
        text: `UPDATE login SET revoked_at = $3 WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL
          RETURNING ${LOGIN_COLUMNS}`,
        values: [accountId, id, now()],
      });
      await endWith(rows);
      return (await end(rows)) > 0;
    },
    async endSession(sessionKey) {
      const rows = await database.query<LoginRow>({
        text: `UPDATE login SET revoked_at = $2 WHERE session_key = $1 AND revoked_at IS NULL
          RETURNING ${LOGIN_COLUMNS}`,
        values: [sessionKey, now()],
      });
      return end(rows);
    },
    async revokeAll(accountId, except) {
      const rows = await database.query<LoginRow>({
        text: `UPDATE login SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL AND id::text <> $3
          RETURNING ${LOGIN_COLUMNS}`,
        values: [accountId, now(), except ?? ''],
      });
      const ended = await end(rows);
      const kept = except === undefined ? undefined : await store.byId(except);
      await endOfAccount(database, accountId, kept);
      return ended;
    },
    async ended(grantKey) {
      await database.query({
        text: 'UPDATE login SET revoked_at = $2 WHERE grant_key = $1 AND revoked_at IS NULL',
        values: [grantKey, now()],
      });
    },
  };
  return store;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
