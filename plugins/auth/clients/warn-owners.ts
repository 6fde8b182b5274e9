import type { Logger } from 'pino';
import type { Clock, SecurityEvent, SqlClient } from '../../../src/plugin/sdk.ts';
import type { InventoryRules } from '../config/service-accounts.ts';
import { readInventory } from './inventory.ts';
import { serviceAccountReport } from './service-account-report.ts';

export interface WarnParts {
  readonly database: SqlClient;
  readonly rules: InventoryRules;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/**
 * Warns of service accounts that somebody has to look after, once a day each, in the log and on the ledger.
 * @returns how many
 * @see requirement R-030
 */
export async function warnOwners(parts: WarnParts): Promise<number> {
  const { audit, clock, database, log, rules } = parts;
  const { accounts } = serviceAccountReport(await readInventory(database), rules, clock.now());
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  let warned = 0;
  for (const { clientId, owner, reasons, state } of accounts) {
    if (state === 'ok') continue;
    const rows = await database.query({
      text: `UPDATE oauth_client SET warned_on = $2 WHERE client_id = $1 AND warned_on IS DISTINCT FROM $2::date
        RETURNING client_id`,
      values: [clientId, today],
    });
    if (rows.length === 0) continue;
    warned += 1;
    log.warn({ event: 'auth.service-account', clientId, owner, state, reasons });
    await audit({
      type: '110113',
      subtype: '110137',
      outcome: state === 'warned' ? 'minor' : 'serious',
      clientId,
      description: `Service account ${clientId}: ${reasons.join('; ')}`,
    });
  }
  return warned;
}
