import type { SecondFactor } from '../../../src/plugin/sdk.ts';
import type { Account, AccountStore } from '../accounts/account-store.ts';
import type { FactorStore } from '../factors/factor-store.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import { NOBODY } from '../factors/second-factor.ts';
import type { ProvenFactor, SecondFactors } from '../factors/second-factor.ts';
import { CONSENTED_ACR } from '../security/assurance.ts';
import type { LowerAssurance } from '../security/lower-assurance.ts';
import type { SignInState } from './sign-in-state.ts';

export interface JudgeParts {
  readonly accounts: AccountStore;
  readonly secondFactors: SecondFactors;
  readonly factors: FactorStore;
  readonly passkeys: Passkeys;
  readonly lowerAssurance: LowerAssurance;
}

/** Proofs that were judged good, with the account they are of. */
export interface Judged {
  readonly account: Account;
  readonly proven: ProvenFactor;
  readonly acr: string;
  readonly amr: readonly string[];
}

/** The verdict: `account` names who was tried, for the ledger; `judged` is there if all holds. */
export interface Verdict {
  readonly account?: Account;
  readonly judged?: Judged;
}

/**
 * Judges password and second factor together, without using the proof up. What fails is not told apart, and an account
 * that does not exist costs the same.
 */
export async function judgeSignIn(
  parts: JudgeParts,
  state: SignInState,
  proof: SecondFactor,
  challenge: string | undefined,
): Promise<Verdict> {
  const alone = state.handle === undefined;
  const accountId = alone ? await ownerOf(parts, proof) : state.accountId;
  const account = await parts.accounts.byId(accountId ?? NOBODY);
  const proven = await parts.secondFactors.check(accountId, proof, challenge);
  if (account === undefined) return {};
  const secured = account.securedAt?.getTime() ?? 0;
  const admitted = account.state !== 'BLOCKED' && state.startedAt >= secured;
  if (proven === undefined || !admitted) return { account };
  if (alone) {
    const consented = await parts.lowerAssurance.active(account.id);
    if (proven.factor.kind !== 'passkey' || consented === undefined) return { account };
    return { account, judged: { account, proven, acr: CONSENTED_ACR, amr: proven.amr } };
  }
  if (!state.passwordMatches) return { account };
  const amr = ['pwd', ...proven.amr, 'mfa'];
  return { account, judged: { account, proven, acr: proven.acr, amr } };
}

/** Account that a passkey is of, where it is all there is. */
async function ownerOf(parts: JudgeParts, proof: SecondFactor): Promise<string | undefined> {
  if (proof.kind !== 'passkey') return undefined;
  const claimed = parts.passkeys.claimedId(proof.response) ?? '';
  return (await parts.factors.byCredential(claimed))?.accountId;
}
