import { randomBytes } from 'node:crypto';
import type {
  AccountIdentity,
  Clock,
  PluginRepository,
  SignInOrigin,
  SignInStep,
} from '../../../src/plugin/sdk.ts';
import type { ObservedEvent } from '../alarms/observed-event.ts';
import type { Account } from '../accounts/account-store.ts';
import { createPlannedIdentity } from '../accounts/fhir-identity.ts';
import { BEGIN_RULE, SIGN_IN_RULES } from '../accounts/throttle.ts';
import type { Throttle } from '../accounts/throttle.ts';
import { authError } from '../errors.ts';
import { acrMeets, CONSENTED_ACR, demandedAcr } from '../security/assurance.ts';
import { countAttempt } from './attempt-limit.ts';
import type { Limits } from './attempt-limit.ts';
import type { AttemptStore } from './attempt-store.ts';
import { loginEvent, securityEvent } from './events.ts';
import { type JudgeParts, judgeSignIn } from './judge-sign-in.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Rehash } from './rehash.ts';
import type { SignIn } from './sign-in.ts';
import { provenBy, type SignInState } from './sign-in-state.ts';

/** Proofs that one attempt may try. */
const TRIES = 3;

export interface SignInParts extends JudgeParts {
  readonly attempts: AttemptStore<SignInState>;
  readonly checkPassword: PasswordCheck;
  readonly rehash: Rehash;
  readonly throttle: Throttle;
  readonly repository: PluginRepository;
  readonly identities: (accountId: string) => Promise<readonly AccountIdentity[]>;
  /** Brings announced changes of an account into force before it is signed in to. */
  readonly settle: (accountId: string) => Promise<number>;
  readonly audit: (event: ObservedEvent) => Promise<void>;
  /** A few bits of a keyed digest of a password. */
  readonly mark: (password: string) => string;
  readonly clock: Clock;
}

/** Sign-in in two steps over shared rows, safe with several nodes. */
export function signInService(parts: SignInParts): SignIn {
  const { accounts, attempts, clock, throttle } = parts;
  const limits = (handle: string | undefined, address: string): Limits =>
    SIGN_IN_RULES.flatMap(([rule, by]) => {
      if (by === 'address') return [[rule, address] as const];
      if (handle === undefined) return [];
      return [[rule, by === 'handle' ? handle : `${handle} ${address}`] as const];
    });
  const readOpen = async (id: string) => {
    const kept = await attempts.read(id);
    if (kept === undefined) throw authError('AUTH_SESSION_GONE');
    return kept;
  };
  const acceptedStep = async (
    attempt: string,
    accepted: NonNullable<SignInState['accepted']>,
  ): Promise<SignInStep> => {
    const identities = await parts.identities(accepted.accountId);
    return {
      outcome: 'accepted',
      attempt,
      accountId: accepted.accountId,
      acr: accepted.acr,
      amr: accepted.amr,
      identities: identities.filter((one) => acrMeets(accepted.acr, demandedAcr(one.class))),
    };
  };
  const refuse = async (
    state: SignInState,
    account: Account | undefined,
    lastBeforeBlock: boolean,
    copied: boolean,
    origin: SignInOrigin,
  ): Promise<SignInStep> => {
    const { clientId } = state.purpose;
    const refused = { outcome: 'minor', description: 'Login refused', clientId } as const;
    await parts.audit({
      ...loginEvent(account, refused, origin),
      ...(state.handle === undefined ? {} : { subject: state.handle }),
      ...(state.mark === undefined ? {} : { mark: state.mark }),
    });
    if (copied) {
      const description = 'The signature counter of a passkey went back: there may be a copy of it';
      await parts.audit(
        securityEvent(account, { outcome: 'serious', description, clientId }, origin),
      );
    }
    if (lastBeforeBlock) {
      const description = 'Logins blocked after failures';
      await parts.audit(
        securityEvent(account, { outcome: 'serious', description, clientId }, origin),
      );
    }
    return { outcome: 'refused' };
  };
  return {
    async begin(claim, purpose, origin) {
      const handle = accounts.digest(claim.handle).toString('hex');
      const left = await throttle.longestBlock(limits(handle, origin.address));
      if (left > 0) return { outcome: 'wait', retryAfter: left };
      const flood = await throttle.attempt(BEGIN_RULE, origin.address);
      if (!flood.allowed) return { outcome: 'wait', retryAfter: flood.retryAfter };
      const account = await accounts.byHandle(claim.handle);
      const { matches, stale } = await parts.checkPassword(account, claim.password);
      if (account !== undefined && matches && stale) parts.rehash(account, claim.password);
      const attempt = await attempts.create({
        purpose,
        startedAt: clock.now(),
        handle,
        passwordMatches: matches,
        mark: parts.mark(claim.password),
        tries: 0,
        ...(account === undefined ? {} : { accountId: account.id }),
      });
      return { outcome: 'second-factor', attempt };
    },
    async beginPasskeyOnly(purpose, origin) {
      const left = await throttle.longestBlock(limits(undefined, origin.address));
      if (left > 0) return { outcome: 'wait', retryAfter: left };
      const flood = await throttle.attempt(BEGIN_RULE, origin.address);
      if (!flood.allowed) return { outcome: 'wait', retryAfter: flood.retryAfter };
      const state = { purpose, startedAt: clock.now(), passwordMatches: false, tries: 0 };
      return { outcome: 'second-factor', attempt: await attempts.create(state) };
    },
    async passkeyOptions(attempt) {
      const { state, version } = await readOpen(attempt);
      if (state.accepted !== undefined) throw authError('AUTH_SESSION_GONE');
      const challenge = randomBytes(32).toString('base64url');
      if (!(await attempts.write(attempt, version, { ...state, challenge }))) {
        throw authError('AUTH_SESSION_GONE');
      }
      return parts.passkeys.requestOptions(challenge);
    },
    async finish(attempt, proof, origin) {
      const { state: before, version } = await readOpen(attempt);
      if (before.accepted !== undefined) return { outcome: 'refused' };
      const counted = limits(before.handle, origin.address);
      const limit = await countAttempt(throttle, counted);
      if (!limit.allowed) return { outcome: 'wait', retryAfter: limit.retryAfter };
      const { challenge, ...rest } = before;
      const state = { ...rest, tries: before.tries + 1 };
      // Whoever writes first has the try and the challenge; a second request with the same proof has neither.
      if (!(await attempts.write(attempt, version, state))) return { outcome: 'refused' };
      const judgedAt = clock.now();
      const { account, judged } = await judgeSignIn(parts, state, proof, challenge);
      const use = await judged?.proven.use();
      if (judged === undefined || use !== 'used') {
        if (state.tries >= TRIES) await attempts.take(attempt);
        return refuse(state, account, limit.lastBeforeBlock, use === 'copied', origin);
      }
      const { id } = judged.account;
      for (const [rule, key] of counted) {
        if (rule.kind === 'address') await throttle.forgive(rule, key);
        else await throttle.clear(rule, key);
      }
      await throttle.forgive(BEGIN_RULE, origin.address);
      if (judged.account.state === 'PENDING') {
        await createPlannedIdentity(parts.repository, judged.account);
        await accounts.activate(id);
      }
      const settled = await parts.settle(id);
      const description =
        DESCRIPTIONS[judged.acr === CONSENTED_ACR ? 'alone' : judged.proven.factor.kind];
      const event = { outcome: 'success', description, clientId: state.purpose.clientId } as const;
      await parts.audit(loginEvent(judged.account, event, origin));
      await accounts.recordLogin(id);
      // A lock or a new password that came while this went on is later than the verdict and makes it void.
      const at = settled > 0 ? clock.now() : judgedAt;
      const accepted = { accountId: id, acr: judged.acr, amr: judged.amr, at };
      if (!(await attempts.write(attempt, version + 1, { ...state, accepted }))) {
        return { outcome: 'refused' };
      }
      return acceptedStep(attempt, accepted);
    },
    async attempt(attempt) {
      const { state } = await readOpen(attempt);
      if (state.accepted === undefined) return { outcome: 'second-factor', attempt };
      return acceptedStep(attempt, state.accepted);
    },
    async accepted(attempt) {
      return provenBy((await readOpen(attempt)).state);
    },
    async consume(attempt) {
      const { state } = await readOpen(attempt);
      const proven = provenBy(state);
      const account = await accounts.byId(proven.accountId);
      const secured = account?.securedAt?.getTime() ?? 0;
      const withdrawn =
        proven.acr === CONSENTED_ACR &&
        (await parts.lowerAssurance.active(proven.accountId)) === undefined;
      const isVoid =
        account?.state !== 'ACTIVE' || proven.authTime.getTime() < secured || withdrawn;
      if ((await attempts.take(attempt)) === undefined || isVoid)
        throw authError('AUTH_SESSION_GONE');
      return proven;
    },
  };
}

const DESCRIPTIONS = {
  totp: 'Login with password and one-time code',
  passkey: 'Login with password and passkey',
  'recovery-codes': 'Login',
  alone: 'Login with a passkey alone, as consented',
} as const;
