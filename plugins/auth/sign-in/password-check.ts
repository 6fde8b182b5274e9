import { randomBytes } from 'node:crypto';
import type { Account } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../accounts/password-hash.ts';

/** Answer to a password. */
export interface PasswordVerdict {
  /** False for accounts that do not exist. */
  readonly matches: boolean;
  /** The hash was made at another cost. */
  readonly stale: boolean;
}

/** Compares a password with that of an account, or, for the same work, with that of nobody. */
export type PasswordCheck = (
  account: Account | undefined,
  password: string,
) => Promise<PasswordVerdict>;

/** @throws FhirError `AUTH_BUSY` from the returned function too */
export async function passwordCheck(hasher: PasswordHasher): Promise<PasswordCheck> {
  const nobody = await hasher.hash(randomBytes(32).toString('base64url'));
  return async (account, password) => {
    const verdict = await hasher.verify(account?.passwordHash ?? nobody, password);
    return account === undefined ? { matches: false, stale: false } : verdict;
  };
}
