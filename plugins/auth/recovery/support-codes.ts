import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import { normalizeCode } from '../factors/random-code.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/** Codes that two people of the support desk have given, each good for one use. */
export interface SupportCodes {
  digest(handleDigest: Buffer, code: string): Buffer;
  /** Digest of an unused code for a handle, or undefined. */
  find(handleDigest: Buffer, code: string): Promise<Buffer | undefined>;
  use(digest: Buffer): Promise<boolean>;
}

/** Support codes in PostgreSQL, with the requests that led to them. */
export function supportCodes(database: SqlClient, keyed: KeyedDigest, clock: Clock): SupportCodes {
  const now = (): Date => new Date(clock.now());
  const digest: SupportCodes['digest'] = (handleDigest, code) =>
    keyed(handleDigest.toString('hex'), normalizeCode(code));
  return {
    digest,
    async find(handleDigest, code) {
      const [row] = await database.query<{ code_digest: Buffer }>({
        text: `SELECT code_digest FROM support_request WHERE code_digest = $1 AND handle_digest = $2 AND approved
          AND code_used_at IS NULL AND expires_at > $3 AND account_id IS NOT NULL`,
        values: [digest(handleDigest, code), handleDigest, now()],
      });
      return row?.code_digest;
    },
    async use(found) {
      const rows = await database.query({
        text: `UPDATE support_request SET code_used_at = $2 WHERE code_digest = $1 AND code_used_at IS NULL
          AND expires_at > $2 RETURNING id`,
        values: [found, now()],
      });
      return rows.length === 1;
    },
  };
}
