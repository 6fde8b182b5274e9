import type { SqlClient } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Change } from './change-store.ts';

/** Takes back what waits for an announced change that will not come. */
export async function undoChange(
  tx: SqlClient,
  accounts: AccountStore,
  change: Change,
): Promise<void> {
  const { accountId, effectiveAt, factorId } = change;
  if (change.kind === 'recovery-password') {
    await accounts.announcePassword(tx, accountId, undefined);
    return;
  }
  if (change.kind !== 'factor-removed') {
    await tx.query({
      text: 'DELETE FROM account_factor WHERE id = $1 AND account_id = $2',
      values: [factorId, accountId],
    });
  }
  // A recovery removes all factors at the moment that its own begins to count.
  await tx.query({
    text: `UPDATE account_factor SET removed_from = NULL WHERE account_id = $1
      AND (($2 = 'factor-removed' AND id = $3) OR ($2 = 'recovery-factor' AND removed_from = $4))`,
    values: [accountId, change.kind, factorId, effectiveAt],
  });
}
