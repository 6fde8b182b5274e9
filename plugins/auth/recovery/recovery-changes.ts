import { randomUUID } from 'node:crypto';
import type { Clock, Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { authError } from '../errors.ts';
import type { FactorStore, NewFactor } from '../factors/factor-store.ts';
import type { ChangeOutcome } from '../security/account-security.ts';
import type { ChangeStore } from '../security/change-store.ts';
import { undoChange } from '../security/undo-change.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { AttemptStore } from '../sign-in/attempt-store.ts';
import type { RecoveryState } from './recovery-service.ts';

/** What a proven recovery changes; each holds after the delay and uses the attempt up. */
export interface RecoveryChanges {
  /** @throws FhirError `AUTH_SESSION_GONE` */
  password(
    attempt: string,
    state: RecoveryState,
    hash: string,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome>;
  /** The new factor takes the place of all second factors. @throws FhirError `AUTH_SESSION_GONE` */
  factor(
    attempt: string,
    state: RecoveryState,
    factor: NewFactor,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
}

export interface RecoveryChangeParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly factors: FactorStore;
  readonly changes: ChangeStore;
  readonly attempts: AttemptStore<RecoveryState>;
  /** Seconds. */
  readonly delay: number;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/** Changes in one transaction each, with the end of the attempt and the notice: all of it or nothing outlives a crash. */
export function recoveryChanges(parts: RecoveryChangeParts): RecoveryChanges {
  const { accounts, attempts, changes, clock, database, factors } = parts;
  const record = async (accountId: string, what: string, origin: SignInOrigin): Promise<void> => {
    const account = await accounts.byId(accountId);
    const description = `Recovery: ${what} announced, holds after a delay`;
    await parts.audit(securityEvent(account, { outcome: 'serious', description }, origin));
  };
  const noticeOf = ({ code }: RecoveryState) =>
    code?.kind === 'support' ? 'recovery-by-operator' : 'recovery';
  return {
    async password(attempt, state, hash, origin) {
      const accountId = provenAccount(state);
      const effectiveAt = new Date(clock.now() + parts.delay * 1000);
      const change = await database.transaction(async (tx) => {
        if ((await attempts.take(attempt, tx)) === undefined) throw authError('AUTH_SESSION_GONE');
        await accounts.hold(tx, accountId);
        const kind = 'recovery-password';
        await changes.supersede(tx, accountId, [kind]);
        await accounts.announcePassword(tx, accountId, { hash, from: effectiveAt });
        const id = await changes.announce(tx, { accountId, kind, effectiveAt });
        await changes.notify(tx, accountId, { kind: noticeOf(state), change: id });
        return id;
      });
      await record(accountId, 'new password', origin);
      return { now: false, effectiveAt, change };
    },
    async factor(attempt, state, factor, origin) {
      const accountId = provenAccount(state);
      const effectiveAt = new Date(clock.now() + parts.delay * 1000);
      const change = await database.transaction(async (tx) => {
        if ((await attempts.take(attempt, tx)) === undefined) throw authError('AUTH_SESSION_GONE');
        await accounts.hold(tx, accountId);
        const kind = 'recovery-factor';
        for (const older of await changes.supersede(tx, accountId, [kind])) {
          await undoChange(tx, accounts, older);
        }
        await tx.query({
          text: `UPDATE account_factor SET removed_from = $2 WHERE account_id = $1 AND kind IN ('totp', 'passkey')
            AND (removed_from IS NULL OR removed_from > $2)`,
          values: [accountId, effectiveAt],
        });
        const factorId = randomUUID();
        const kept = { ...factor, id: factorId, activeFrom: effectiveAt };
        if ((await factors.insert(tx, accountId, kept)) === undefined) {
          throw authError('AUTH_SESSION_GONE');
        }
        const id = await changes.announce(tx, { accountId, kind, factorId, effectiveAt });
        await changes.notify(tx, accountId, { kind: noticeOf(state), change: id });
        return id;
      });
      await record(accountId, 'new second factor', origin);
      return { now: false, effectiveAt, change };
    },
  };
}

function provenAccount({ accountId, proven }: RecoveryState): string {
  if (!proven || accountId === undefined) throw authError('AUTH_SESSION_GONE');
  return accountId;
}
