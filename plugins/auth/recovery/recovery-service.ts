import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, IdentityClass, SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { Account } from '../accounts/account-store.ts';
import type { PasswordHasher } from '../accounts/password-hash.ts';
import type { PasswordPolicy } from '../accounts/password-policy.ts';
import {
  ADDRESS_RULE,
  BEGIN_RULE,
  HANDLE_RULE,
  RECOVERY_ADDRESS_RULE,
  RECOVERY_RULE,
} from '../accounts/throttle.ts';
import { authError } from '../errors.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import { NOBODY } from '../factors/second-factor.ts';
import { accountClass } from '../security/account-class.ts';
import type { Enrolments } from '../security/enrolments.ts';
import { countAttempt } from '../sign-in/attempt-limit.ts';
import type { Limits } from '../sign-in/attempt-limit.ts';
import type { AttemptStore } from '../sign-in/attempt-store.ts';
import { securityEvent } from '../sign-in/events.ts';
import type { Recovery } from './recovery.ts';
import type { RecoveryChanges } from './recovery-changes.ts';
import { findCode, judgeProof, type RecoveryClaim, useCode } from './recovery-proof.ts';
import type { RecoveryProofParts } from './recovery-proof.ts';
import { unlockAccount, type UnlockParts } from './unlock-account.ts';

/** Proofs that one recovery may try. */
const TRIES = 3;

/** What is kept of a recovery, sealed. */
export interface RecoveryState extends RecoveryClaim {
  readonly startedAt: number;
  readonly handle: string;
  /** Keyed digest of the account number and the code that was typed, right or wrong. */
  readonly typed: string;
  readonly accountId?: string;
  readonly tries: number;
  readonly proven: boolean;
}

export interface RecoveryParts extends RecoveryProofParts, UnlockParts {
  readonly attempts: AttemptStore<RecoveryState>;
  readonly recoveryChanges: RecoveryChanges;
  readonly enrolments: Enrolments;
  readonly passkeys: Passkeys;
  readonly policy: PasswordPolicy;
  readonly hasher: PasswordHasher;
  readonly audit: (event: SecurityEvent) => Promise<void>;
  readonly clock: Clock;
}

/** False for a recovery that was begun before the account was locked or its factors were replaced. */
function counts({ startedAt }: RecoveryState, account: Account | undefined): boolean {
  return startedAt >= (account?.securedAt?.getTime() ?? 0);
}

/** Recovery over shared rows; the verdict falls with the second step, as in a sign-in. */
export function recoveryService(parts: RecoveryParts): Recovery {
  const { accounts, attempts, enrolments, throttle } = parts;
  const limits = (handle: string, typed: string, address: string): Limits => [
    [RECOVERY_RULE, typed],
    [RECOVERY_ADDRESS_RULE, `${handle} ${address}`],
    [ADDRESS_RULE, address],
  ];
  const open = async (attempt: string) => {
    const kept = await attempts.read(attempt);
    if (kept === undefined) throw authError('AUTH_SESSION_GONE');
    return kept;
  };
  const provenState = async (attempt: string, goal: RecoveryState['goal']) => {
    const { state } = await open(attempt);
    if (!state.proven || state.goal !== goal || state.accountId === undefined) {
      throw authError('AUTH_SESSION_GONE');
    }
    if (!counts(state, await accounts.byId(state.accountId))) throw authError('AUTH_SESSION_GONE');
    return { state, accountId: state.accountId };
  };
  const classOf = async (accountId: string): Promise<IdentityClass> =>
    accountClass((await accounts.byId(accountId))?.identities ?? []);
  return {
    async begin(claim, origin) {
      const digest = accounts.digest(claim.handle);
      const handle = digest.toString('hex');
      const typed = parts.supportCodes.digest(digest, claim.code).toString('hex');
      const left = await throttle.longestBlock(limits(handle, typed, origin.address));
      if (left > 0) return { outcome: 'wait', retryAfter: left };
      const flood = await throttle.attempt(BEGIN_RULE, origin.address);
      if (!flood.allowed) return { outcome: 'wait', retryAfter: flood.retryAfter };
      const account = await accounts.byHandle(claim.handle);
      const { matches } = await parts.checkPassword(account, claim.password ?? '');
      const code = await findCode(parts, account, digest, claim.code);
      const attempt = await attempts.create({
        startedAt: parts.clock.now(),
        handle,
        typed,
        goal: claim.goal,
        passwordMatches: matches,
        tries: 0,
        proven: false,
        ...(account === undefined ? {} : { accountId: account.id }),
        ...(code === undefined ? {} : { code }),
      });
      return { outcome: 'proof', attempt };
    },
    async passkeyOptions(attempt) {
      const { state, version } = await open(attempt);
      const challenge = randomBytes(32).toString('base64url');
      if (state.proven || !(await attempts.write(attempt, version, { ...state, challenge }))) {
        throw authError('AUTH_SESSION_GONE');
      }
      return parts.passkeys.requestOptions(challenge);
    },
    async prove(attempt, proof, origin) {
      const { state: before, version } = await open(attempt);
      if (before.proven) return { outcome: 'refused' };
      const counted = limits(before.handle, before.typed, origin.address);
      const limit = await countAttempt(throttle, counted);
      if (!limit.allowed) return { outcome: 'wait', retryAfter: limit.retryAfter };
      const { challenge: _once, ...rest } = before;
      const state = { ...rest, tries: before.tries + 1 };
      if (!(await attempts.write(attempt, version, state))) return { outcome: 'refused' };
      const account = await accounts.byId(before.accountId ?? NOBODY);
      const held = await judgeProof(parts, account, before, proof);
      const { code, goal } = state;
      const good =
        account !== undefined &&
        counts(state, account) &&
        held !== undefined &&
        code !== undefined &&
        (await held.use()) &&
        (await useCode(parts, code));
      if (!good) {
        if (state.tries >= TRIES) await attempts.take(attempt);
        const refused = { outcome: 'minor', description: 'Recovery refused' } as const;
        await parts.audit(securityEvent(account, refused, origin));
        return { outcome: 'refused' };
      }
      await throttle.clear(RECOVERY_RULE, before.typed);
      await throttle.clear(RECOVERY_ADDRESS_RULE, `${before.handle} ${origin.address}`);
      await throttle.forgive(ADDRESS_RULE, origin.address);
      await throttle.forgive(BEGIN_RULE, origin.address);
      if (goal === 'unlock') {
        const done = { outcome: 'serious', description: 'Account unlocked by its owner' } as const;
        // The ledger knows before anything opens.
        await parts.audit(securityEvent(account, done, origin));
        await unlockAccount(parts, account.id, before.handle);
        await attempts.take(attempt);
        return { outcome: 'accepted', attempt, goal };
      }
      // Code and factor are what lifts the block after failures.
      await throttle.clear(HANDLE_RULE, before.handle);
      const event = { outcome: 'success', description: `Recovery of ${goal} proven` } as const;
      await parts.audit(securityEvent(account, event, origin));
      const kept = await attempts.write(attempt, version + 1, { ...state, proven: true });
      return kept ? { outcome: 'accepted', attempt, goal } : { outcome: 'refused' };
    },
    async setPassword(attempt, password, origin) {
      const { accountId, state } = await provenState(attempt, 'password');
      const kept = Buffer.from(state.handle, 'hex');
      const weakness = await parts.policy.weakness(
        password,
        await classOf(accountId),
        (candidate) => timingSafeEqual(kept, accounts.digest(candidate)),
      );
      if (weakness !== undefined) return weakness;
      const hash = await parts.hasher.hash(password);
      return parts.recoveryChanges.password(attempt, state, hash, origin);
    },
    async beginTotp(attempt) {
      const { accountId } = await provenState(attempt, 'factor');
      if ((await classOf(accountId)) === 'admin') throw authError('AUTH_FACTOR_NOT_ADMITTED');
      return enrolments.beginTotp(accountId);
    },
    async confirmTotp(attempt, enrolment, code, origin) {
      const { accountId, state } = await provenState(attempt, 'factor');
      const factor = await enrolments.totp(accountId, enrolment, code);
      if (factor === undefined) return undefined;
      return parts.recoveryChanges.factor(attempt, state, factor, origin);
    },
    async beginPasskey(attempt) {
      const { accountId } = await provenState(attempt, 'factor');
      return enrolments.beginPasskey(accountId, await classOf(accountId));
    },
    async confirmPasskey(attempt, enrolment, response, origin) {
      const { accountId, state } = await provenState(attempt, 'factor');
      const factor = await enrolments.passkey(accountId, enrolment, response);
      if (factor === undefined) return undefined;
      if (factor.detail.synced !== false && (await classOf(accountId)) === 'admin') {
        throw authError('AUTH_FACTOR_NOT_ADMITTED');
      }
      return parts.recoveryChanges.factor(attempt, state, factor, origin);
    },
  };
}
