import { randomUUID } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/** A subject of another issuer. The pair is the key; no e-mail and no insurance number is. */
export interface ExternalSubject {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
}

/** A link as the owner of the account sees it. */
export interface ExternalLink {
  readonly id: string;
  readonly provider: string;
  readonly linkedAt: Date;
  readonly lastUsedAt: Date;
}

/** The table `external_subject`. */
export interface SubjectStore {
  accountOf(subject: ExternalSubject): Promise<string | undefined>;
  /** False: the subject stands for an account already. */
  link(tx: SqlClient, accountId: string, subject: ExternalSubject): Promise<boolean>;
  touch(subject: ExternalSubject): Promise<void>;
  list(accountId: string): Promise<readonly ExternalLink[]>;
  /**
   * Takes a link away.
   * @returns `last`: it is the only way into the account, and stays
   */
  unlink(tx: SqlClient, accountId: string, id: string): Promise<'unlinked' | 'last' | 'unknown'>;
}

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly linked_at: Date;
  readonly last_used_at: Date;
}

/** Links in PostgreSQL. */
export function subjectStore(database: SqlClient, digest: KeyedDigest, clock: Clock): SubjectStore {
  const now = (): Date => new Date(clock.now());
  const key = ({ issuer, subject }: ExternalSubject): Buffer => digest(issuer, subject);
  return {
    async accountOf(subject) {
      const [row] = await database.query<{ account_id: string }>({
        text: 'SELECT account_id FROM external_subject WHERE issuer = $1 AND subject_digest = $2',
        values: [subject.issuer, key(subject)],
      });
      return row?.account_id;
    },
    async link(tx, accountId, subject) {
      const rows = await tx.query({
        text: `INSERT INTO external_subject (id, issuer, subject_digest, provider, account_id, linked_at, last_used_at)
          VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id`,
        values: [randomUUID(), subject.issuer, key(subject), subject.provider, accountId, now()],
      });
      return rows.length === 1;
    },
    async touch(subject) {
      await database.query({
        text: 'UPDATE external_subject SET last_used_at = $3 WHERE issuer = $1 AND subject_digest = $2',
        values: [subject.issuer, key(subject), now()],
      });
    },
    async list(accountId) {
      const rows = await database.query<Row>({
        text: `SELECT id, provider, linked_at, last_used_at FROM external_subject WHERE account_id = $1
          ORDER BY linked_at, id`,
        values: [accountId],
      });
      return rows.map((row) => ({
        id: row.id,
        provider: row.provider,
        linkedAt: row.linked_at,
        lastUsedAt: row.last_used_at,
      }));
    },
    async unlink(tx, accountId, id) {
      // The row of the account is locked first: of two links taken away at once, the second sees that it is the last.
      const [account] = await tx.query<{ local: boolean }>({
        text: 'SELECT local FROM account WHERE id = $1 FOR UPDATE',
        values: [accountId],
      });
      const links = await tx.query<{ id: string }>({
        text: 'SELECT id FROM external_subject WHERE account_id = $1',
        values: [accountId],
      });
      if (!links.some((link) => link.id === id)) return 'unknown';
      if (account?.local !== true && links.length === 1) return 'last';
      await tx.query({
        text: 'DELETE FROM external_subject WHERE account_id = $1 AND id = $2',
        values: [accountId, id],
      });
      return 'unlinked';
    },
  };
}
