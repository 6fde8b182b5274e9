import { timingSafeEqual } from 'node:crypto';
import type { Clock, Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../accounts/password-hash.ts';
import type { PasswordPolicy } from '../accounts/password-policy.ts';
import { PASSWORD_CHANGE_RULE } from '../accounts/throttle.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { FactorStore } from '../factors/factor-store.ts';
import { LOCK_CODE_GROUPS, randomCode } from '../factors/random-code.ts';
import type { RecoveryCodes } from '../factors/recovery-codes.ts';
import type { LoginStore } from '../logins/login-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { PasswordCheck } from '../sign-in/password-check.ts';
import { accountClass } from './account-class.ts';
import type { AccountSecurity } from './account-security.ts';
import { blockChange } from './block-change.ts';
import type { ChangeStore } from './change-store.ts';
import type { Enrolments } from './enrolments.ts';
import type { FactorChanges } from './factor-changes.ts';
import { assertFresh } from './fresh-actor.ts';
import { settleChanges } from './settle-changes.ts';

export interface AccountSecurityParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly factors: FactorStore;
  readonly factorChanges: FactorChanges;
  readonly enrolments: Enrolments;
  readonly codes: RecoveryCodes;
  readonly changes: ChangeStore;
  readonly checkPassword: PasswordCheck;
  readonly policy: PasswordPolicy;
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
  readonly logins: Pick<LoginStore, 'revokeAll'>;
  /** Digest of a lock code of an account. */
  readonly lockDigest: (accountId: string, code: string) => Buffer;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/** The service behind the account pages. */
export function accountSecurity(parts: AccountSecurityParts): AccountSecurity {
  const { accounts, changes, clock, codes, database, enrolments, factors } = parts;
  const record = async (accountId: string, description: string, origin: SignInOrigin) => {
    const account = await accounts.byId(accountId);
    await parts.audit(securityEvent(account, { outcome: 'success', description }, origin));
  };
  return {
    async factors(accountId) {
      const all = await factors.list(accountId);
      const left = await codes.left(accountId);
      return all.map(({ secret: _secret, detail, accountId: _account, counter: _, ...factor }) => ({
        ...factor,
        ...(detail.synced === undefined ? {} : { synced: detail.synced }),
        ...(factor.kind === 'recovery-codes' ? { left } : {}),
      }));
    },
    async beginTotp(actor) {
      assertFresh(actor, clock);
      return enrolments.beginTotp(actor.accountId);
    },
    async confirmTotp(actor, enrolment, code, label, origin) {
      assertFresh(actor, clock);
      const factor = await enrolments.totp(actor.accountId, enrolment, code);
      return factor === undefined
        ? undefined
        : parts.factorChanges.add(actor, factor, label, origin);
    },
    async beginPasskey(actor) {
      assertFresh(actor, clock);
      const account = await accounts.byId(actor.accountId);
      return enrolments.beginPasskey(actor.accountId, accountClass(account?.identities ?? []));
    },
    async confirmPasskey(actor, enrolment, response, label, origin) {
      assertFresh(actor, clock);
      const factor = await enrolments.passkey(actor.accountId, enrolment, response);
      return factor === undefined
        ? undefined
        : parts.factorChanges.add(actor, factor, label, origin);
    },
    async removeFactor(actor, factor, origin) {
      assertFresh(actor, clock);
      return parts.factorChanges.remove(actor, factor, origin);
    },
    async newRecoveryCodes(actor, origin) {
      assertFresh(actor, clock);
      const fresh = codes.fresh();
      await database.transaction(async (tx) => {
        await accounts.hold(tx, actor.accountId);
        await codes.replace(tx, actor.accountId, fresh);
        await changes.notify(tx, actor.accountId, {
          kind: 'recovery-codes-renewed',
          byLogin: actor.loginId,
        });
      });
      await record(actor.accountId, 'Recovery codes renewed', origin);
      return fresh;
    },
    async newLockCode(actor, origin) {
      assertFresh(actor, clock);
      const code = randomCode(LOCK_CODE_GROUPS);
      await database.transaction(async (tx) => {
        await accounts.setLockCode(tx, actor.accountId, parts.lockDigest(actor.accountId, code));
        await changes.notify(tx, actor.accountId, {
          kind: 'lock-code-renewed',
          byLogin: actor.loginId,
        });
      });
      await record(actor.accountId, 'Lock code renewed', origin);
      return code;
    },
    async changePassword(actor, change, origin) {
      assertFresh(actor, clock);
      const { accountId } = actor;
      const limit = await parts.throttle.attempt(PASSWORD_CHANGE_RULE, accountId);
      if (!limit.allowed) return 'wait';
      const account = await accounts.byId(accountId);
      const { matches } = await parts.checkPassword(account, change.old);
      if (!matches) {
        const refused = { outcome: 'minor', description: 'Change of password refused' } as const;
        await parts.audit(securityEvent(account, refused, origin));
        return 'wrong-password';
      }
      await parts.throttle.clear(PASSWORD_CHANGE_RULE, accountId);
      const kept = await accounts.digestOf(accountId);
      const weakness = await parts.policy.weakness(
        change.new,
        accountClass(account?.identities ?? []),
        (candidate) => kept !== undefined && timingSafeEqual(kept, accounts.digest(candidate)),
      );
      if (weakness !== undefined) return weakness;
      const hash = await parts.hasher.hash(change.new);
      await database.transaction(async (tx) => {
        await accounts.setPassword(tx, accountId, hash);
        await changes.supersede(tx, accountId, ['recovery-password']);
        await changes.notify(tx, accountId, { kind: 'password-changed', byLogin: actor.loginId });
      });
      if (change.endOtherLogins === true) await parts.logins.revokeAll(accountId, actor.loginId);
      await record(accountId, 'Password changed', origin);
      return undefined;
    },
    notices: (accountId) => changes.notices(accountId),
    blockChange: (accountId, change, origin) => blockChange(parts, accountId, change, origin),
    settle: () => settleChanges(parts),
  };
}
