import { randomUUID } from 'node:crypto';
import type { Clock, Database, SecurityEvent, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { Account, AccountStore } from '../accounts/account-store.ts';
import { authError } from '../errors.ts';
import type { Factor, FactorStore, NewFactor } from '../factors/factor-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import { accountClass } from './account-class.ts';
import type { AccountActor, ChangeOutcome } from './account-security.ts';
import { acrMeets, PHISHING_RESISTANT_ACR, TWO_FACTOR_ACR } from './assurance.ts';
import type { ChangeStore } from './change-store.ts';

/** No account has more second factors. */
const FACTOR_LIMIT = 20;

/**
 * Changes of second factors by who is signed in. Adding holds at once, unless the login is weaker than the account could
 * make; removing holds at once from a login that resists phishing. All else is announced first.
 */
export interface FactorChanges {
  /** @throws FhirError `AUTH_FACTOR_LIMIT` */
  add(
    actor: AccountActor,
    factor: NewFactor,
    label: string | undefined,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
  /** @throws FhirError `AUTH_FACTOR_UNKNOWN`, `AUTH_FACTOR_LAST` */
  remove(actor: AccountActor, factor: string, origin: SignInOrigin): Promise<ChangeOutcome>;
}

export interface FactorChangeParts {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly factors: FactorStore;
  readonly changes: ChangeStore;
  /** Seconds. */
  readonly delay: number;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/** True for a factor that proves possession, beside the password. */
export function isSecondFactor({ kind }: Pick<Factor, 'kind'>): boolean {
  return kind === 'totp' || kind === 'passkey';
}

/** The best level that the factors of an account make. */
function bestAcr(factors: readonly Factor[], now: number): string {
  const bound = factors.some(
    (one) =>
      one.kind === 'passkey' && one.detail.synced === false && one.activeFrom.getTime() <= now,
  );
  return bound ? PHISHING_RESISTANT_ACR : TWO_FACTOR_ACR;
}

/** Factor changes in one transaction each, with their notice; the ledger hears of them before the answer goes out. */
export function factorChanges(parts: FactorChangeParts): FactorChanges {
  const { accounts, changes, clock, database, factors } = parts;
  const when = (actor: AccountActor, demanded: string): { now: boolean; at: Date } => {
    const now = acrMeets(actor.acr, demanded);
    return { now, at: new Date(clock.now() + (now ? 0 : parts.delay * 1000)) };
  };
  const record = async (
    account: Account | undefined,
    what: string,
    now: boolean,
    origin: SignInOrigin,
  ): Promise<void> => {
    const description = now ? what : `${what}; announced, holds after a delay`;
    await parts.audit(securityEvent(account, { outcome: 'success', description }, origin));
  };
  return {
    async add(actor, factor, label, origin) {
      const { accountId } = actor;
      const outcome = await database.transaction(async (tx) => {
        await accounts.hold(tx, accountId);
        const present = (await factors.list(accountId, tx)).filter(isSecondFactor);
        if (present.length >= FACTOR_LIMIT)
          throw authError('AUTH_FACTOR_LIMIT', { limit: FACTOR_LIMIT });
        const { now, at } = when(actor, bestAcr(present, clock.now()));
        const id = randomUUID();
        const kept = { ...factor, id, activeFrom: at, ...(label === undefined ? {} : { label }) };
        if ((await factors.insert(tx, accountId, kept)) === undefined) return undefined;
        const recovery = await changes.pending(tx, accountId, 'recovery-factor');
        if (recovery !== undefined) {
          // A recovery replaces all factors: whoever has the lost one must not slip another in while it waits.
          await tx.query({
            text: 'UPDATE account_factor SET removed_from = $2 WHERE id = $1',
            values: [id, recovery.effectiveAt],
          });
        }
        const change = now
          ? undefined
          : await changes.announce(tx, {
              accountId,
              kind: 'factor-added',
              factorId: id,
              effectiveAt: at,
            });
        await changes.notify(tx, accountId, {
          kind: 'factor-added',
          byLogin: actor.loginId,
          label,
          change,
        });
        return { now, effectiveAt: at, ...(change === undefined ? {} : { change }) };
      });
      if (outcome === undefined) return undefined;
      const what = factor.kind === 'totp' ? 'one-time codes' : 'passkey';
      await record(
        await accounts.byId(accountId),
        `Second factor added: ${what}`,
        outcome.now,
        origin,
      );
      return outcome;
    },
    async remove(actor, id, origin) {
      const { accountId } = actor;
      const account = await accounts.byId(accountId);
      const outcome = await database.transaction(async (tx) => {
        await accounts.hold(tx, accountId);
        const present = await factors.list(accountId, tx);
        const factor = present.find((one) => one.id === id);
        if (factor === undefined) throw authError('AUTH_FACTOR_UNKNOWN');
        assertNotLast(factor, present, account, clock);
        // A code can be phished. Whoever got in by one must not drive the owner's factors out before the owner hears of it.
        const { now, at } = when(actor, PHISHING_RESISTANT_ACR);
        await tx.query({
          text: 'UPDATE account_factor SET removed_from = $2 WHERE id = $1',
          values: [id, at],
        });
        const change = now
          ? undefined
          : await changes.announce(tx, {
              accountId,
              kind: 'factor-removed',
              factorId: id,
              effectiveAt: at,
            });
        const { label } = factor;
        await changes.notify(tx, accountId, {
          kind: 'factor-removed',
          byLogin: actor.loginId,
          label,
          change,
        });
        return { now, effectiveAt: at, ...(change === undefined ? {} : { change }) };
      });
      await record(account, 'Factor removed', outcome.now, origin);
      return outcome;
    },
  };
}

/** Something to prove possession with stays, and for an administrator something that resists phishing. */
function assertNotLast(
  factor: Factor,
  present: readonly Factor[],
  account: Account | undefined,
  clock: Clock,
): void {
  if (!isSecondFactor(factor)) return;
  const lasting = present.filter(
    (one) =>
      one.id !== factor.id &&
      isSecondFactor(one) &&
      one.removedFrom === undefined &&
      one.activeFrom.getTime() <= clock.now(),
  );
  const admin = accountClass(account?.identities ?? []) === 'admin';
  const enough =
    admin && factor.detail.synced === false
      ? lasting.some(({ detail }) => detail.synced === false)
      : lasting.length > 0;
  if (!enough) throw authError('AUTH_FACTOR_LAST');
}
