import type { Database } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { HANDLE_RULE } from '../accounts/throttle.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { ChangeStore } from '../security/change-store.ts';

export interface UnlockParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly changes: ChangeStore;
  readonly throttle: Throttle;
}

/** Lifts the lock of an account and the block that failures have led to. The logins that a lock has ended stay ended. */
export async function unlockAccount(
  { accounts, changes, database, throttle }: UnlockParts,
  accountId: string,
  handleDigest: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    await accounts.unlock(tx, accountId);
    await changes.notify(tx, accountId, { kind: 'unlocked' });
  });
  await throttle.clear(HANDLE_RULE, handleDigest);
}
