import type { Account } from '../accounts/account-store.ts';
import type { RecoveryCodes } from '../factors/recovery-codes.ts';
import { NOBODY, type SecondFactors } from '../factors/second-factor.ts';
import type { PasswordCheck } from '../sign-in/password-check.ts';
import type { RecoveryGoal, RecoveryProof } from './recovery.ts';
import type { SupportCodes } from './support-codes.ts';

/** The code that a recovery began with, as far as it is right. */
export type RecoveryCode =
  | { readonly kind: 'recovery'; readonly digest: string }
  | { readonly kind: 'support'; readonly digest: string };

/** What a recovery has claimed so far. */
export interface RecoveryClaim {
  readonly goal: RecoveryGoal;
  readonly code?: RecoveryCode;
  readonly passwordMatches: boolean;
  readonly challenge?: string;
}

/** A proof that holds; `use` uses it up. */
export interface HeldProof {
  use(): Promise<boolean>;
}

export interface RecoveryProofParts {
  readonly checkPassword: PasswordCheck;
  readonly secondFactors: SecondFactors;
  readonly codes: RecoveryCodes;
  readonly supportCodes: SupportCodes;
}

/** The code that was typed, if it is one of the account's recovery codes or one of the support desk. */
export async function findCode(
  parts: Pick<RecoveryProofParts, 'codes' | 'supportCodes'>,
  account: Account | undefined,
  handleDigest: Buffer,
  typed: string,
): Promise<RecoveryCode | undefined> {
  const own = await parts.codes.find(account?.id ?? NOBODY, typed);
  const support = await parts.supportCodes.find(handleDigest, typed);
  if (own !== undefined) return { kind: 'recovery', digest: own.toString('hex') };
  if (support !== undefined) return { kind: 'support', digest: support.toString('hex') };
  return undefined;
}

/** Uses the code of a recovery up. */
export function useCode(
  parts: Pick<RecoveryProofParts, 'codes' | 'supportCodes'>,
  code: RecoveryCode,
): Promise<boolean> {
  const digest = Buffer.from(code.digest, 'hex');
  return code.kind === 'recovery' ? parts.codes.use(digest) : parts.supportCodes.use(digest);
}

/**
 * Judges the proof beside the code. What a goal takes stands in the table of
 * {@link import('./recovery.ts').Recovery}; the code alone never does.
 */
export async function judgeProof(
  parts: RecoveryProofParts,
  account: Account | undefined,
  claim: RecoveryClaim,
  proof: RecoveryProof,
): Promise<HeldProof | undefined> {
  const { code, goal } = claim;
  switch (proof.kind) {
    case 'password': {
      const { matches } = await parts.checkPassword(account, proof.password);
      return matches && goal === 'factor' ? { use: async () => true } : undefined;
    }
    case 'recovery-code': {
      const found = await parts.codes.find(account?.id ?? NOBODY, proof.code);
      // Two recovery codes of one sheet of paper are one proof, not two.
      if (found === undefined || code?.kind !== 'support' || goal === 'unlock') return undefined;
      return { use: () => parts.codes.use(found) };
    }
    default: {
      const proven = await parts.secondFactors.check(account?.id, proof, claim.challenge);
      if (proven === undefined || goal === 'factor') return undefined;
      if (goal === 'unlock' && !claim.passwordMatches) return undefined;
      return { use: async () => (await proven.use()) === 'used' };
    }
  }
}
