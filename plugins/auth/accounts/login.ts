import type { PluginRepository, SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { Account, AccountStore } from './account-store.ts';
import { createPatientIdentity } from './fhir-identity.ts';
import type { PasswordHasher } from './password-hash.ts';
import { ADDRESS_RULE, HANDLE_ADDRESS_RULE, HANDLE_RULE } from './throttle.ts';
import type { Throttle, ThrottleRule } from './throttle.ts';
import type { TotpFactor } from './totp.ts';

/** What was typed, and from where. */
export interface LoginAttempt {
  readonly handle: string;
  readonly password: string;
  readonly code: string;
  readonly address: string;
  readonly clientId: string;
  /** Where it came from and the id of the request, for the audit ledger. */
  readonly network?: string;
  readonly requestId?: string;
}

/** Outcome of a login; a refusal never says which part was wrong or whether the account exists. */
export type LoginResult =
  | { readonly outcome: 'accepted'; readonly accountId: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'wait'; readonly retryAfter: number };

export type Login = (attempt: LoginAttempt) => Promise<LoginResult>;

export interface LoginParts {
  readonly accounts: AccountStore;
  readonly hasher: PasswordHasher;
  readonly totp: TotpFactor;
  readonly throttle: Throttle;
  readonly repository: PluginRepository;
  readonly audit: (event: SecurityEvent) => Promise<void>;
}

/**
 * Login with handle, password and one-time code in one step. Every attempt does the same work: an unknown account is
 * checked against a hash and a secret of nobody.
 * @see IT-Grundschutz ORP.4.A13, ORP.4.A23
 * @throws FhirError `AUTH_BUSY`
 */
export async function login(parts: LoginParts): Promise<Login> {
  const nobody = {
    passwordHash: await parts.hasher.hash(parts.totp.newSecret()),
    totpSecret: parts.totp.newSecret(),
    totpAlgorithm: 'SHA256',
  } as const;
  return async (attempt) => {
    const subject = parts.accounts.digest(attempt.handle).toString('hex');
    const limit = await countAttempt(parts.throttle, [
      [HANDLE_RULE, subject],
      [HANDLE_ADDRESS_RULE, `${subject} ${attempt.address}`],
      [ADDRESS_RULE, attempt.address],
    ]);
    if (!limit.allowed) return { outcome: 'wait', retryAfter: limit.retryAfter };
    const account = await parts.accounts.byHandle(attempt.handle);
    const { matches, stale } = await parts.hasher.verify(
      (account ?? nobody).passwordHash,
      attempt.password,
    );
    const secret = account ?? nobody;
    const counter = parts.totp.match(secret.totpSecret, secret.totpAlgorithm, attempt.code);
    const accepted =
      account !== undefined &&
      account.state !== 'BLOCKED' &&
      matches &&
      counter !== undefined &&
      (await parts.accounts.consumeTotp(account.id, counter));
    if (!accepted) {
      await parts.audit(loginEvent('minor', account, attempt, 'Login refused'));
      if (limit.lastBeforeBlock) {
        await parts.audit({
          ...loginEvent('serious', account, attempt, 'Logins blocked after failures'),
          type: '110113',
          subtype: '110137',
        });
      }
      return { outcome: 'refused' };
    }
    await parts.throttle.clear(HANDLE_RULE, subject);
    await parts.throttle.clear(HANDLE_ADDRESS_RULE, `${subject} ${attempt.address}`);
    await parts.throttle.forgive(ADDRESS_RULE, attempt.address);
    if (account.state === 'PENDING') {
      await createPatientIdentity(parts.repository, account);
      await parts.accounts.activate(account.id);
    }
    const rehashed = stale ? await parts.hasher.hash(attempt.password) : undefined;
    await parts.audit(
      loginEvent('success', account, attempt, 'Login with password and one-time code'),
    );
    await parts.accounts.recordLogin(account.id, rehashed);
    return { outcome: 'accepted', accountId: account.id };
  };
}

/** An attempt that one limit refuses counts for none, so that impatience does not turn seconds into a quarter of an hour. */
async function countAttempt(
  throttle: Throttle,
  limits: readonly (readonly [ThrottleRule, string])[],
): Promise<
  | { readonly allowed: true; readonly lastBeforeBlock: boolean }
  | { readonly allowed: false; readonly retryAfter: number }
> {
  const left = await Promise.all(limits.map(([rule, key]) => throttle.blocked(rule, key)));
  if (left.some((seconds) => seconds > 0)) return { allowed: false, retryAfter: Math.max(...left) };
  let lastBeforeBlock = false;
  for (const [rule, key] of limits) {
    const answer = await throttle.attempt(rule, key);
    if (!answer.allowed) return answer;
    lastBeforeBlock ||= answer.lastBeforeBlock;
  }
  return { allowed: true, lastBeforeBlock };
}

function loginEvent(
  outcome: SecurityEvent['outcome'],
  account: Account | undefined,
  { clientId, network, requestId }: LoginAttempt,
  description: string,
): SecurityEvent {
  return {
    type: '110114',
    subtype: '110122',
    outcome,
    ...(account === undefined ? {} : { agent: account.profile, patient: account.profile }),
    clientId,
    ...(network === undefined ? {} : { network }),
    ...(requestId === undefined ? {} : { requestId }),
    description,
  };
}
