import type { SqlClient } from '../../../src/plugin/sdk.ts';
import { gkvError } from '../errors.ts';

const HOUR = 3_600_000;

/**
 * Counts an attempt of a patient and refuses it when there were too many within the hour. Serialised per patient, so that
 * parallel calls are counted one after the other.
 * @throws FhirError `GKV_TOO_MANY_ATTEMPTS`
 */
export async function countAttempt(
  tx: SqlClient,
  patient: string,
  perHour: number,
  now: number,
): Promise<void> {
  await lockPatient(tx, patient);
  await tx.query({
    text: 'delete from gkv_attempt where patient = $1 and at <= $2',
    values: [patient, new Date(now - HOUR)],
  });
  const rows = await tx.query<{ at: Date }>({
    text: 'select at from gkv_attempt where patient = $1 order by at',
    values: [patient],
  });
  const [oldest] = rows;
  if (oldest !== undefined && rows.length >= perHour) {
    const retryAfter = Math.max(1, Math.ceil((oldest.at.getTime() + HOUR - now) / 1000));
    throw gkvError('GKV_TOO_MANY_ATTEMPTS', {}, { retryAfter });
  }
  await tx.query({
    text: 'insert into gkv_attempt (patient, at) values ($1, $2)',
    values: [patient, new Date(now)],
  });
}

/** One transaction at a time works on the redemptions of a patient. */
export async function lockPatient(tx: SqlClient, patient: string): Promise<void> {
  await tx.query({
    text: `select pg_advisory_xact_lock(hashtextextended('gkv_redemption ' || $1, 0))`,
    values: [patient],
  });
}
