import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { AccountIdentity, Clock, IdentityClass, SqlClient } from '../../../src/plugin/sdk.ts';

/** An open invitation. */
export interface Invitation {
  /** Id that the account will have. */
  readonly accountId: string;
  readonly identity: AccountIdentity;
  /** FHIR reference of who has invited. */
  readonly inviter: string;
  readonly expiresAt: Date;
}

/** The table `invitation`. The secret of a link is kept as its digest. */
export interface InvitationStore {
  /** Makes an invitation; an open one for the same identity is void from now on. */
  add(
    digest: Buffer,
    identity: AccountIdentity,
    inviter: string,
  ): Promise<{ readonly accountId: string; readonly expiresAt: Date }>;
  find(token: string): Promise<Invitation | undefined>;
  remove(token: string): Promise<void>;
}

/** Seven days. */
const TTL_MS = 7 * 86_400_000;

const TOKEN = /^[\w-]{22}$/;

/** Secret of a link: 128 bits, base64url. */
export function newInvitationToken(): string {
  return randomBytes(16).toString('base64url');
}

/** What is kept of a secret. It is random, so that a plain digest tells nothing. */
export function invitationDigest(token: string): Buffer {
  return hash('sha256', `invitation ${token}`, 'buffer');
}

interface Row {
  readonly account_id: string;
  readonly membership_id: string;
  readonly profile: string;
  readonly class: IdentityClass;
  readonly inviter: string;
  readonly expires_at: Date;
}

/** Invitations in PostgreSQL. */
export function invitationStore(database: SqlClient, clock: Clock): InvitationStore {
  return {
    async add(digest, { profile, membershipId, class: kind }, inviter) {
      const accountId = randomUUID();
      const now = clock.now();
      const expiresAt = new Date(now + TTL_MS);
      await database.query({
        text: `INSERT INTO invitation (token_digest, account_id, membership_id, profile, class, inviter, created_at,
            expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
          ON CONFLICT (profile) DO UPDATE SET token_digest = excluded.token_digest, account_id = excluded.account_id,
            membership_id = excluded.membership_id, class = excluded.class, inviter = excluded.inviter,
            created_at = excluded.created_at, expires_at = excluded.expires_at`,
        values: [digest, accountId, membershipId, profile, kind, inviter, new Date(now), expiresAt],
      });
      return { accountId, expiresAt };
    },
    async find(token) {
      if (!TOKEN.test(token)) return undefined;
      const [row] = await database.query<Row>({
        text: `SELECT account_id, membership_id, profile, class, inviter, expires_at FROM invitation
          WHERE token_digest = $1 AND expires_at > $2`,
        values: [invitationDigest(token), new Date(clock.now())],
      });
      if (row === undefined) return undefined;
      return {
        accountId: row.account_id,
        identity: { profile: row.profile, membershipId: row.membership_id, class: row.class },
        inviter: row.inviter,
        expiresAt: row.expires_at,
      };
    },
    async remove(token) {
      await database.query({
        text: 'DELETE FROM invitation WHERE token_digest = $1',
        values: [invitationDigest(token)],
      });
    },
  };
}
