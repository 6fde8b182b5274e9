import type { Clock, SqlClient } from '../../src/plugin/sdk.ts';

const TABLES = [
  'oidc_payload',
  'registration_draft',
  'sign_in_attempt',
  'support_request',
  'account_notice',
  'throttle',
  'alarm_count',
  'alarm_raised',
  'revoked_grant',
  'dpop_proof',
  'login',
  'smart_launch',
  'external_attempt',
  'invitation',
  'invitation_request',
] as const;
const BATCH = 5000;

/**
 * Removes what has expired from the accounts database, in batches that lock little. Whatever a flood has left behind is gone
 * after one run: tables grow with what is alive, not with how long the flood lasts.
 */
export async function sweepExpired(database: SqlClient, clock: Clock): Promise<number> {
  let removed = 0;
  for (const table of TABLES) {
    let batch: number;
    do {
      const rows = await database.query({
        text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} WHERE expires_at <= $1 LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)) RETURNING 1`,
        values: [new Date(clock.now())],
      });
      batch = rows.length;
      removed += batch;
    } while (batch === BATCH);
  }
  return removed;
}
