import type { Clock, Database, SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { ChangeKind, ChangeStore } from './change-store.ts';

const DESCRIPTIONS: Readonly<Record<ChangeKind, string>> = {
  'factor-added': 'An announced second factor holds now',
  'factor-removed': 'An announced removal of a factor holds now',
  'recovery-password': 'The password set by recovery holds now; all logins have ended',
  'recovery-factor': 'The second factor set by recovery holds now; all logins have ended',
};

export interface SettleParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly changes: ChangeStore;
  readonly logins: Pick<LoginStore, 'revokeAll'>;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/**
 * Does what is left to do when an announced change comes into force. That it holds follows from the clock and the row
 * alone; here old logins end, and the ledger hears of it. A crash in between repeats that: ending twice changes nothing.
 * @param accountId absent: all accounts, with what a crash during a lock has left
 * @returns number of changes
 */
export async function settleChanges(parts: SettleParts, accountId?: string): Promise<number> {
  const { accounts, changes, clock, database, logins } = parts;
  let settled = 0;
  for (const change of await changes.due(accountId)) {
    const done = await database.transaction(async (tx) => {
      if (!(await changes.claim(tx, change.id))) return false;
      if (change.kind.startsWith('recovery-')) {
        await logins.revokeAll(change.accountId);
        await accounts.secure(tx, change.accountId);
      }
      await parts.audit(
        securityEvent(
          await accounts.byId(change.accountId),
          { outcome: 'success', description: DESCRIPTIONS[change.kind] },
          { address: '' },
        ),
      );
      return true;
    });
    if (done) settled += 1;
  }
  if (accountId === undefined) {
    const now = new Date(clock.now());
    await database.query({
      text: 'DELETE FROM account_factor WHERE removed_from <= $1',
      values: [now],
    });
    const locked = await database.query<{ account_id: string }>({
      text: `SELECT DISTINCT l.account_id FROM login l JOIN account a ON a.id = l.account_id
        WHERE a.state = 'BLOCKED' AND l.revoked_at IS NULL AND l.expires_at > $1 LIMIT 500`,
      values: [now],
    });
    for (const row of locked) await logins.revokeAll(row.account_id);
  }
  return settled;
}
