import type { Logger } from 'pino';
import type { Clock, PluginRepository } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from './account-store.ts';
import { createPlannedIdentity } from './fhir-identity.ts';

const GRACE_MS = 60_000;
const BATCH = 100;

/**
 * Finishes accounts that a crash left in state PENDING: their ids were planned, so writing the FHIR identity once more
 * completes it. One that cannot be finished stays for the next run and does not hold up the others.
 * @returns number of accounts finished.
 */
export async function repairPendingAccounts(parts: {
  readonly accounts: AccountStore;
  readonly repository: PluginRepository;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<number> {
  const before = new Date(parts.clock.now() - GRACE_MS);
  let finished = 0;
  for (const account of await parts.accounts.pendingBefore(before, BATCH)) {
    try {
      await createPlannedIdentity(parts.repository, account);
      await parts.accounts.activate(account.id);
      finished += 1;
    } catch (error) {
      parts.log.error({ err: error, account: account.id }, 'auth.account.repair.failed');
    }
  }
  return finished;
}
