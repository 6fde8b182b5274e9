import type { Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import { undoChange } from './undo-change.ts';
import type { ChangeStore } from './change-store.ts';

/**
 * Blocks an announced change and takes back what waited for it. @see TR-03161 O.Auth_13
 * @returns false where there is none, or where it holds already
 */
export async function blockChange(
  parts: {
    readonly database: Database;
    readonly accounts: AccountStore;
    readonly changes: ChangeStore;
    readonly audit: (event: SecurityEvent) => Promise<void>;
  },
  accountId: string,
  id: string,
  origin: SignInOrigin,
): Promise<boolean> {
  const { accounts, changes, database } = parts;
  const blocked = await database.transaction(async (tx) => {
    const change = await changes.block(tx, accountId, id);
    if (change === undefined) return false;
    await undoChange(tx, accounts, change);
    await changes.notify(tx, accountId, { kind: 'change-blocked' });
    return true;
  });
  if (!blocked) return false;
  const account = await accounts.byId(accountId);
  const description = 'An announced change of the factors was blocked by the owner of the account';
  await parts.audit(securityEvent(account, { outcome: 'serious', description }, origin));
  return true;
}
