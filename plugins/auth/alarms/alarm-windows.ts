import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';

/** Parts of a window in which events are summed: a count is wrong by one of them at most. */
const PARTS = 12;

/** What is counted. */
export interface Observation {
  readonly rule: string;
  /** Digest of what events are counted by. */
  readonly key: Buffer;
  /** Digest of what differs; absent: all events count. */
  readonly item: Buffer | undefined;
  readonly threshold: number;
  readonly windowSeconds: number;
}

/** Windows that all nodes share. */
export interface AlarmWindows {
  /** Counts and says whether the threshold is reached now. */
  observe(observation: Observation): Promise<boolean>;
  /** True for one caller until the window is over. */
  claim(rule: string, key: Buffer, windowSeconds: number): Promise<boolean>;
}

/** Sliding windows in PostgreSQL. What differs is kept up to the threshold only, so that a flood fills no table. */
export function alarmWindows(database: SqlClient, clock: Clock): AlarmWindows {
  return {
    async observe({ rule, key, item, threshold, windowSeconds }) {
      const now = clock.now();
      const part = Math.max(1, Math.floor((windowSeconds * 1000) / PARTS));
      const place = item ?? Buffer.from(`part ${Math.floor(now / part)}`);
      const values = [rule, key, place, new Date(now + windowSeconds * 1000), new Date(now)];
      await database.query({
        text: `INSERT INTO alarm_count AS c (rule, key, item, count, expires_at)
          SELECT $1, $2, $3, 1, $4::timestamptz
          WHERE $6 OR (SELECT count(*) FROM alarm_count
            WHERE rule = $1 AND key = $2 AND expires_at > $5 AND item <> $3) < $7
          ON CONFLICT (rule, key, item) DO UPDATE SET
            count = CASE WHEN c.expires_at <= $5 THEN 1 ELSE c.count + 1 END,
            expires_at = excluded.expires_at`,
        values: [...values, item === undefined, threshold],
      });
      const [row] = await database.query<{ total: number }>({
        text: `SELECT coalesce(${item === undefined ? 'sum(count)' : 'count(*)'}, 0)::int AS total
          FROM alarm_count WHERE rule = $1 AND key = $2 AND expires_at > $3`,
        values: [rule, key, new Date(now)],
      });
      return (row?.total ?? 0) >= threshold;
    },
    async claim(rule, key, windowSeconds) {
      const now = clock.now();
      const rows = await database.query({
        text: `INSERT INTO alarm_raised AS r (rule, key, expires_at) VALUES ($1, $2, $3)
          ON CONFLICT (rule, key) DO UPDATE SET expires_at = excluded.expires_at
            WHERE r.expires_at <= $4
          RETURNING 1`,
        values: [rule, key, new Date(now + windowSeconds * 1000), new Date(now)],
      });
      return rows.length === 1;
    },
  };
}
