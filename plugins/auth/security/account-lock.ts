import type { SignInOrigin } from '../../../src/plugin/sdk.ts';

/**
 * Locking an account: nobody signs in, and all its logins, grants and tokens end at once. Lifting the lock is part of
 * {@link import('../recovery/recovery.ts').Recovery}.
 * @see requirement R-242
 */
export interface AccountLock {
  /** Locks the account of who is signed in; no fresh sign-in is asked for, a lost phone does not wait. */
  lock(accountId: string, origin: SignInOrigin): Promise<void>;
  /**
   * Locks without signing in. The answer is the same for wrong codes and accounts that do not exist.
   * @returns `wait` with seconds where the address or the account tries too often
   */
  lockWithCode(
    handle: string,
    code: string,
    origin: SignInOrigin,
  ): Promise<
    { readonly outcome: 'taken-note' } | { readonly outcome: 'wait'; readonly retryAfter: number }
  >;
}
