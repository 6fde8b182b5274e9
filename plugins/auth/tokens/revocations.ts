import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';

/** Grants that were revoked while access tokens of theirs may live. */
export interface Revocations {
  has(grantKey: string): boolean;
  /** Known to this node at once, to the others at their next {@link Revocations.refresh}. */
  add(grantKey: string): Promise<void>;
  /** Reads what other nodes, or this one before its restart, revoked. */
  refresh(): Promise<void>;
}

/**
 * Revoked grants, in memory for the request path and in the database for the other nodes. Both are bounded by what can
 * be revoked within the lifetime of an access token.
 * @param lifetime seconds after which no access token of a revoked grant is alive.
 */
export function revocations(database: SqlClient, clock: Clock, lifetime: number): Revocations {
  const expiries = new Map<string, number>();
  return {
    has: (key) => expiries.has(key),
    async add(key) {
      const revokedAt = clock.now();
      const expiresAt = revokedAt + lifetime * 1000;
      expiries.set(key, expiresAt);
      await database.query({
        text: `INSERT INTO revoked_grant (grant_key, revoked_at, expires_at) VALUES ($1, $2, $3)
          ON CONFLICT (grant_key) DO UPDATE SET expires_at = excluded.expires_at`,
        values: [key, new Date(revokedAt), new Date(expiresAt)],
      });
    },
    async refresh() {
      const now = clock.now();
      const rows = await database.query<{ grant_key: string; expires_at: Date }>({
        text: 'SELECT grant_key, expires_at FROM revoked_grant WHERE expires_at > $1',
        values: [new Date(now)],
      });
      for (const row of rows) expiries.set(row.grant_key, row.expires_at.getTime());
      for (const [key, expiresAt] of expiries) if (expiresAt <= now) expiries.delete(key);
    },
  };
}
