import { timingSafeEqual } from 'node:crypto';
import type { Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { Account, AccountStore } from '../accounts/account-store.ts';
import { LOCK_RULE } from '../accounts/throttle.ts';
import type { Throttle } from '../accounts/throttle.ts';
import { NOBODY } from '../factors/second-factor.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { AccountLock } from './account-lock.ts';
import { CHANGE_KINDS, type ChangeStore } from './change-store.ts';
import { undoChange } from './undo-change.ts';

export interface AccountLockParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly changes: ChangeStore;
  readonly throttle: Throttle;
  readonly logins: Pick<LoginStore, 'revokeAll'>;
  readonly lockDigest: (accountId: string, code: string) => Buffer;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/**
 * Locks accounts and blocks what was announced for them. The account is closed first and its logins end after that: a crash in between leaves an account that
 * issues nothing any more, and the next sweep ends what is left of its logins.
 */
export function accountLock(parts: AccountLockParts): AccountLock {
  const { accounts, changes, database, throttle } = parts;
  const lock = async (account: Account, description: string, origin: SignInOrigin) => {
    const changed = await database.transaction(async (tx) => {
      await accounts.hold(tx, account.id);
      const locked = await accounts.lock(tx, account.id);
      if (locked) await changes.notify(tx, account.id, { kind: 'locked' });
      // Behind a lock no login is left that could block them.
      const waiting = await changes.supersede(tx, account.id, CHANGE_KINDS);
      for (const change of waiting) await undoChange(tx, accounts, change);
      if (waiting.length > 0) await changes.notify(tx, account.id, { kind: 'change-blocked' });
      return locked || waiting.length > 0;
    });
    await parts.logins.revokeAll(account.id);
    if (changed) {
      await parts.audit(securityEvent(account, { outcome: 'serious', description }, origin));
    }
  };
  return {
    async lock(accountId, origin) {
      const account = await accounts.byId(accountId);
      if (account !== undefined) await lock(account, 'Account locked by its owner', origin);
    },
    async lockWithCode(handle, code, origin) {
      const limit = await throttle.attempt(LOCK_RULE, origin.address);
      if (!limit.allowed) return { outcome: 'wait', retryAfter: limit.retryAfter };
      const account = await accounts.byHandle(handle);
      const id = account?.id ?? NOBODY;
      const typed = parts.lockDigest(id, code);
      const kept = (await accounts.lockCode(id)) ?? Buffer.alloc(typed.length);
      const right = timingSafeEqual(typed, kept);
      if (account !== undefined && right) {
        await lock(account, 'Account locked with its lock code', origin);
      } else {
        const refused = { outcome: 'minor', description: 'Lock code refused' } as const;
        await parts.audit(securityEvent(account, refused, origin));
      }
      return { outcome: 'taken-note' };
    },
  };
}
