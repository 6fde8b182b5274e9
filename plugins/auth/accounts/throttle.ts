import type { Clock, SqlClient } from '../../../src/plugin/sdk.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';

/** How failures of one kind slow down: `delays[n-1]` seconds after the n-th, the last entry for all further ones. */
export interface ThrottleRule {
  readonly kind: string;
  readonly delays: readonly number[];
  /** Seconds after the first failure when the count starts anew. */
  readonly window: number;
}

const none = (count: number): number[] => new Array<number>(count).fill(0);

/** Delays per account, whether it exists or not; the tenth failure in a day blocks it for a day. */
export const HANDLE_RULE: ThrottleRule = {
  kind: 'handle',
  delays: [1, 2, 4, 8, 16, 32, 60, 60, 60, 86_400],
  window: 86_400,
};
/** Five failures in 15 minutes from one address for one account. */
export const HANDLE_ADDRESS_RULE: ThrottleRule = {
  kind: 'handle-address',
  delays: [...none(4), 900],
  window: 900,
};
/** Fifty failures in an hour from one address. */
export const ADDRESS_RULE: ThrottleRule = {
  kind: 'address',
  delays: [...none(49), 3600],
  window: 3600,
};
/** Rules of a sign-in, with what each counts by. */
export const SIGN_IN_RULES = [
  [HANDLE_RULE, 'handle'],
  [HANDLE_ADDRESS_RULE, 'handle-address'],
  [ADDRESS_RULE, 'address'],
] as const;
/** First steps of sign-ins and recoveries from one address: each costs a hash. Those that end well do not count. */
export const BEGIN_RULE: ThrottleRule = {
  kind: 'begin-address',
  delays: [...none(99), 900],
  window: 900,
};
/**
 * Failed recoveries with one code of an account, right or wrong. The account alone is not counted: whoever knows its number
 * and none of its codes must not keep its owner from lifting a block.
 */
export const RECOVERY_RULE: ThrottleRule = {
  kind: 'recovery',
  delays: [1, 2, 4, 8, 16, 32, 60, 60, 60, 86_400],
  window: 86_400,
};
/** Five failed recoveries in 15 minutes from one address for one account. */
export const RECOVERY_ADDRESS_RULE: ThrottleRule = {
  kind: 'recovery-address',
  delays: [...none(4), 900],
  window: 900,
};
/** Ten lock codes in 15 minutes from one address, right or wrong. */
export const LOCK_RULE: ThrottleRule = {
  kind: 'lock-address',
  delays: [...none(9), 900],
  window: 900,
};
/** Wrong old passwords in changes of one. */
export const PASSWORD_CHANGE_RULE: ThrottleRule = {
  kind: 'password-change',
  delays: [1, 2, 4, 8, 16, 32, 60],
  window: 86_400,
};
/** Ten refused client authentications in an hour from one address. */
export const CLIENT_RULE: ThrottleRule = {
  kind: 'client-address',
  delays: [...none(9), 3600],
  window: 3600,
};

/** Rule that allows so many registrations an hour from one address. */
export function registrationRule(perHour: number): ThrottleRule {
  return { kind: 'registration', delays: [...none(perHour - 1), 3600], window: 3600 };
}

/** Answer to an attempt. */
export type ThrottleAnswer =
  | { readonly allowed: true; readonly lastBeforeBlock: boolean }
  | { readonly allowed: false; readonly retryAfter: number };

/** Counts attempts before they are made, so that many at once are no way around it. */
export interface Throttle {
  /** Seconds that remain of a block, 0 for none; counts nothing. */
  blocked(rule: ThrottleRule, subject: string): Promise<number>;
  /** The same for the longest of several blocks, with one look at the table. */
  longestBlock(limits: readonly (readonly [ThrottleRule, string])[]): Promise<number>;
  /** Counts an attempt as a failure, unless it is blocked. */
  attempt(rule: ThrottleRule, subject: string): Promise<ThrottleAnswer>;
  /** Forgets all failures. */
  clear(rule: ThrottleRule, subject: string): Promise<void>;
  /** Takes back one failure that was none. */
  forgive(rule: ThrottleRule, subject: string): Promise<void>;
}

/** Throttle in PostgreSQL, shared by all nodes; subjects are stored as keyed digests. */
export function throttle(database: SqlClient, digest: KeyedDigest, clock: Clock): Throttle {
  const key = (rule: ThrottleRule, subject: string): Buffer => digest(rule.kind, subject);
  const longestBlock: Throttle['longestBlock'] = async (limits) => {
    const [row] = await database.query<{ until: Date | null }>({
      text: 'SELECT max(blocked_until) AS until FROM throttle WHERE key = ANY ($1::bytea[])',
      values: [limits.map(([rule, subject]) => key(rule, subject))],
    });
    const left = (row?.until?.getTime() ?? 0) - clock.now();
    return Math.max(0, Math.ceil(left / 1000));
  };
  const blocked: Throttle['blocked'] = (rule, subject) => longestBlock([[rule, subject]]);
  return {
    blocked,
    longestBlock,
    async attempt(rule, subject) {
      const [row] = await database.query<{ failures: number }>({
        text: `INSERT INTO throttle AS t (key, failures, blocked_until, expires_at)
          VALUES ($1, 1, $2::timestamptz + ($3::int[])[1] * interval '1 second',
            $2::timestamptz + greatest($4::int, ($3::int[])[1]) * interval '1 second')
          ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN t.expires_at <= $2 THEN 1 ELSE t.failures + 1 END,
            blocked_until = $2::timestamptz + ($3::int[])[least(cardinality($3::int[]),
              CASE WHEN t.expires_at <= $2 THEN 1 ELSE t.failures + 1 END)] * interval '1 second',
            expires_at = CASE WHEN t.expires_at <= $2 THEN excluded.expires_at ELSE greatest(t.expires_at,
              $2::timestamptz + ($3::int[])[least(cardinality($3::int[]), t.failures + 1)] * interval '1 second') END
            WHERE t.blocked_until <= $2
          RETURNING failures`,
        values: [key(rule, subject), new Date(clock.now()), rule.delays, rule.window],
      });
      if (row === undefined) {
        return { allowed: false, retryAfter: Math.max(1, await blocked(rule, subject)) };
      }
      return { allowed: true, lastBeforeBlock: row.failures === rule.delays.length };
    },
    async clear(rule, subject) {
      await database.query({
        text: 'DELETE FROM throttle WHERE key = $1',
        values: [key(rule, subject)],
      });
    },
    async forgive(rule, subject) {
      await database.query({
        text: `UPDATE throttle SET failures = greatest(failures - 1, 0), blocked_until = $2 WHERE key = $1`,
        values: [key(rule, subject), new Date(clock.now())],
      });
    },
  };
}
