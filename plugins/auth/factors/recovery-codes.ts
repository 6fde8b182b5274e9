import { randomUUID } from 'node:crypto';
import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import type { FactorStore } from './factor-store.ts';
import { normalizeCode, RECOVERY_CODE_GROUPS, RECOVERY_CODES, randomCode } from './random-code.ts';

/** Codes for recovery, each good for one use, kept as keyed digests. */
export interface RecoveryCodes {
  /** Ten codes. */
  fresh(): readonly string[];
  /** Keeps a set in place of the one before. */
  replace(tx: SqlClient, accountId: string, codes: readonly string[]): Promise<void>;
  /** Digest of an unused code of the account, or undefined. Any id is looked for, so that nobody costs the same. */
  find(accountId: string, code: string): Promise<Buffer | undefined>;
  /** Uses a code up: of several at the same time one gets true. */
  use(digest: Buffer): Promise<boolean>;
  /** How many are left. */
  left(accountId: string): Promise<number>;
}

/** Recovery codes in PostgreSQL. @param digest keyed, as the codes alone protect what they open */
export function recoveryCodes(
  database: SqlClient,
  factors: FactorStore,
  digest: KeyedDigest,
  clock: Clock,
): RecoveryCodes {
  const key = (accountId: string, code: string): Buffer => digest(accountId, normalizeCode(code));
  const now = (): Date => new Date(clock.now());
  return {
    fresh: () => Array.from({ length: RECOVERY_CODES }, () => randomCode(RECOVERY_CODE_GROUPS)),
    async replace(tx, accountId, codes) {
      await tx.query({
        text: `DELETE FROM account_factor WHERE account_id = $1 AND kind = 'recovery-codes'`,
        values: [accountId],
      });
      const id = randomUUID();
      const set = { id, kind: 'recovery-codes', secret: '', detail: {}, counter: 0 } as const;
      await factors.insert(tx, accountId, set);
      await tx.query({
        text: 'INSERT INTO recovery_code (digest, factor_id) SELECT unnest($1::bytea[]), $2',
        values: [codes.map((code) => key(accountId, code)), id],
      });
    },
    async find(accountId, code) {
      const wanted = key(accountId, code);
      const [row] = await database.query<{ digest: Buffer }>({
        text: `SELECT r.digest FROM recovery_code r JOIN account_factor f ON f.id = r.factor_id
          WHERE r.digest = $1 AND f.account_id = $2 AND r.used_at IS NULL`,
        values: [wanted, accountId],
      });
      return row?.digest;
    },
    async use(found) {
      const rows = await database.query({
        text: 'UPDATE recovery_code SET used_at = $2 WHERE digest = $1 AND used_at IS NULL RETURNING digest',
        values: [found, now()],
      });
      return rows.length === 1;
    },
    async left(accountId) {
      const [row] = await database.query<{ left: number }>({
        text: `SELECT count(*)::int AS left FROM recovery_code r JOIN account_factor f ON f.id = r.factor_id
          WHERE f.account_id = $1 AND r.used_at IS NULL`,
        values: [accountId],
      });
      return row?.left ?? 0;
    },
  };
}
