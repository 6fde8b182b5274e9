import { randomUUID } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import { openLabel, sealLabel } from '../factors/sealed-label.ts';
import type { SecretBox } from '../keys/secret-box.ts';
import type { Notice, NoticeKind } from './account-security.ts';

/** Seconds for which a notice is shown. */
const NOTICE_TTL = 14 * 86_400;

export const CHANGE_KINDS = [
  'factor-added',
  'factor-removed',
  'recovery-password',
  'recovery-factor',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A change that was announced. */
export interface Change {
  readonly id: string;
  readonly accountId: string;
  readonly kind: ChangeKind;
  readonly factorId?: string;
  readonly effectiveAt: Date;
}

/** The tables `account_change` and `account_notice`. */
export interface ChangeStore {
  announce(tx: SqlClient, change: Omit<Change, 'id'>): Promise<string>;
  /** Marks a change as blocked that does not hold yet; of several at the same time one gets it. */
  block(tx: SqlClient, accountId: string, id: string): Promise<Change | undefined>;
  /** Marks changes of a kind that wait as blocked, because a newer one takes their place. @returns them */
  supersede(
    tx: SqlClient,
    accountId: string,
    kinds: readonly ChangeKind[],
  ): Promise<readonly Change[]>;
  /** The change of a kind that waits, if there is one. */
  pending(tx: SqlClient, accountId: string, kind: ChangeKind): Promise<Change | undefined>;
  /** Changes whose time has come and that nobody has brought into force, of one account or of all. */
  due(accountId?: string): Promise<readonly Change[]>;
  /** Claims a due change within a transaction, which other nodes wait for. False: another one was first. */
  claim(tx: SqlClient, id: string): Promise<boolean>;
  notify(
    tx: SqlClient,
    accountId: string,
    notice: {
      readonly kind: NoticeKind;
      readonly byLogin?: string | undefined;
      readonly label?: string | undefined;
      readonly change?: string | undefined;
    },
  ): Promise<void>;
  notices(accountId: string): Promise<readonly Notice[]>;
}

interface ChangeRow {
  readonly id: string;
  readonly account_id: string;
  readonly kind: ChangeKind;
  readonly factor_id: string | null;
  readonly effective_at: Date;
}

interface NoticeRow {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly at: Date;
  readonly by_login: string | null;
  readonly label: string | null;
  readonly change: string | null;
  readonly effective_at: Date | null;
}

const CHANGE = 'id, account_id, kind, factor_id, effective_at';

/** Changes and notices in PostgreSQL. */
export function changeStore(database: SqlClient, box: SecretBox, clock: Clock): ChangeStore {
  const now = (): Date => new Date(clock.now());
  return {
    async announce(tx, change) {
      const id = randomUUID();
      await tx.query({
        text: `INSERT INTO account_change (id, account_id, kind, factor_id, requested_at, effective_at)
          VALUES ($1, $2, $3, $4, $5, $6)`,
        values: [
          id,
          change.accountId,
          change.kind,
          change.factorId ?? null,
          now(),
          change.effectiveAt,
        ],
      });
      return id;
    },
    async block(tx, accountId, id) {
      const [row] = await tx.query<ChangeRow>({
        text: `UPDATE account_change SET blocked_at = $3 WHERE id::text = $2 AND account_id = $1 AND blocked_at IS NULL
          AND done_at IS NULL AND effective_at > $3 RETURNING ${CHANGE}`,
        values: [accountId, id, now()],
      });
      return row === undefined ? undefined : read(row);
    },
    async supersede(tx, accountId, kinds) {
      const rows = await tx.query<ChangeRow>({
        text: `UPDATE account_change SET blocked_at = $3 WHERE account_id = $1 AND kind = ANY ($2) AND blocked_at IS NULL
          AND done_at IS NULL AND effective_at > $3 RETURNING ${CHANGE}`,
        values: [accountId, kinds, now()],
      });
      return rows.map(read);
    },
    async pending(tx, accountId, kind) {
      const [row] = await tx.query<ChangeRow>({
        text: `SELECT ${CHANGE} FROM account_change WHERE account_id = $1 AND kind = $2 AND blocked_at IS NULL
          AND done_at IS NULL AND effective_at > $3 ORDER BY effective_at DESC LIMIT 1`,
        values: [accountId, kind, now()],
      });
      return row === undefined ? undefined : read(row);
    },
    async due(accountId) {
      const rows = await database.query<ChangeRow>({
        text: `SELECT ${CHANGE} FROM account_change WHERE effective_at <= $1 AND blocked_at IS NULL AND done_at IS NULL
          AND ($2::uuid IS NULL OR account_id = $2) ORDER BY effective_at LIMIT 500`,
        values: [now(), accountId ?? null],
      });
      return rows.map(read);
    },
    async claim(tx, id) {
      const rows = await tx.query({
        text: `UPDATE account_change SET done_at = $2 WHERE id = $1 AND done_at IS NULL AND blocked_at IS NULL
          RETURNING id`,
        values: [id, now()],
      });
      return rows.length === 1;
    },
    async notify(tx, accountId, notice) {
      const id = randomUUID();
      const { label } = notice;
      await tx.query({
        text: `INSERT INTO account_notice (id, account_id, kind, at, by_login, label, change_id, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        values: [
          id,
          accountId,
          notice.kind,
          now(),
          notice.byLogin ?? null,
          label === undefined ? null : sealLabel(box, label, place(id)),
          notice.change ?? null,
          new Date(clock.now() + NOTICE_TTL * 1000),
        ],
      });
    },
    async notices(accountId) {
      const rows = await database.query<NoticeRow>({
        text: `SELECT n.id, n.kind, n.at, n.by_login, n.label, c.id AS change, c.effective_at
          FROM account_notice n LEFT JOIN account_change c ON c.id = n.change_id AND c.blocked_at IS NULL
            AND c.done_at IS NULL AND c.effective_at > $2
          WHERE n.account_id = $1 AND n.expires_at > $2 ORDER BY c.id IS NULL, n.at DESC, n.id LIMIT 100`,
        values: [accountId, now()],
      });
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        at: row.at,
        ...(row.by_login === null ? {} : { byLogin: row.by_login }),
        ...(row.label === null ? {} : { label: openLabel(box, row.label, place(row.id)) }),
        ...(row.change === null ? {} : { change: row.change }),
        ...(row.effective_at === null ? {} : { effectiveAt: row.effective_at }),
      }));
    },
  };
}

function place(id: string): string {
  return `account_notice ${id}`;
}

function read(row: ChangeRow): Change {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    effectiveAt: row.effective_at,
    ...(row.factor_id === null ? {} : { factorId: row.factor_id }),
  };
}
