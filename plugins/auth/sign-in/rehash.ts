import type { Logger } from 'pino';
import type { Account, AccountStore } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../accounts/password-hash.ts';

/**
 * Makes the hash of a right password anew, after the answer has gone out: hashing twice before it would tell that the
 * password was right.
 */
export type Rehash = (account: Account, password: string) => void;

/** @returns the work, and a function that waits for what is under way */
export function rehashing(parts: {
  readonly accounts: AccountStore;
  readonly hasher: PasswordHasher;
  readonly log: Logger;
}): { readonly rehash: Rehash; readonly settled: () => Promise<void> } {
  const running = new Set<Promise<void>>();
  const work = async (account: Account, password: string): Promise<void> => {
    try {
      const hash = await parts.hasher.hash(password);
      await parts.accounts.rehash(account.id, account.passwordHash, hash);
    } catch (error) {
      // The old hash still holds; the next sign-in tries again.
      parts.log.warn({ err: error }, 'auth.password.rehash.failed');
    }
  };
  return {
    rehash(account, password) {
      const run = work(account, password);
      running.add(run);
      void run.finally(() => running.delete(run));
    },
    settled: async () => {
      await Promise.all(running);
    },
  };
}
