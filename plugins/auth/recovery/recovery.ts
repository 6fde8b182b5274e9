import type { SecondFactor, SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { PasswordWeakness } from '../accounts/password-rule.ts';
import type { ChangeOutcome, TotpEnrolment } from '../security/account-security.ts';

/**
 * What is to be recovered. `password`: it was forgotten; `factor`: the second factors are lost; `unlock`: the account is
 * locked, or blocked after failures.
 */
export type RecoveryGoal = 'password' | 'factor' | 'unlock';

/** Proof beside the code. */
export type RecoveryProof =
  | SecondFactor
  | { readonly kind: 'password'; readonly password: string }
  /** Beside a code of the support desk. */
  | { readonly kind: 'recovery-code'; readonly code: string };

/** Answer to a step of a recovery; none tells whether an account exists or what was wrong. */
export type RecoveryStep =
  | { readonly outcome: 'proof'; readonly attempt: string }
  /** `unlock` is done with this; the others go on. */
  | { readonly outcome: 'accepted'; readonly attempt: string; readonly goal: RecoveryGoal }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'wait'; readonly retryAfter: number };

/**
 * Recovery without personal data. It takes a recovery code and what is left of the factors:
 *
 * | goal | proof beside the code |
 * |---|---|
 * | password | one-time code or passkey |
 * | factor | password |
 * | unlock | password and one-time code or passkey: what a login takes, and the code |
 *
 * A code of the support desk, given by two people, stands in for the recovery code where that is lost; the proof stays, and
 * may then be a recovery code. Recovery is weaker than a login: what it changes holds after a delay, is announced to all
 * logins, can be blocked by each of them, and ends all of them when it comes into force. Unlocking holds at once.
 * @see requirements
 */
export interface Recovery {
  /**
   * First step; the answer is the same for all accounts and none.
   * @param claim `password` is needed for `unlock`
   * @throws FhirError `AUTH_BUSY`
   */
  begin(
    claim: {
      readonly handle: string;
      readonly code: string;
      readonly goal: RecoveryGoal;
      readonly password?: string;
    },
    origin: SignInOrigin,
  ): Promise<RecoveryStep>;
  /** Options of `navigator.credentials.get`. @throws FhirError `AUTH_SESSION_GONE` */
  passkeyOptions(attempt: string): Promise<Readonly<Record<string, unknown>>>;
  /** Second step, with the verdict; the recovery code is used up. @throws FhirError `AUTH_SESSION_GONE`, `AUTH_BUSY` */
  prove(attempt: string, proof: RecoveryProof, origin: SignInOrigin): Promise<RecoveryStep>;
  /** Goal `password`. @returns why not, or when it holds @throws FhirError `AUTH_SESSION_GONE`, `AUTH_BUSY` */
  setPassword(
    attempt: string,
    password: string,
    origin: SignInOrigin,
  ): Promise<PasswordWeakness | ChangeOutcome>;
  /** Goal `factor`: an authenticator app. @throws FhirError `AUTH_SESSION_GONE`, `AUTH_FACTOR_NOT_ADMITTED` for administrators */
  beginTotp(attempt: string): Promise<TotpEnrolment>;
  /** The new app replaces all second factors. @returns undefined where the code is wrong @throws FhirError `AUTH_SESSION_GONE` */
  confirmTotp(
    attempt: string,
    enrolment: string,
    code: string,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
  /** Goal `factor`: a passkey. @throws FhirError `AUTH_SESSION_GONE` */
  beginPasskey(
    attempt: string,
  ): Promise<{ readonly enrolment: string; readonly options: Readonly<Record<string, unknown>> }>;
  /**
   * The new passkey replaces all second factors. @returns undefined where the response does not hold
   * @throws FhirError `AUTH_SESSION_GONE`; `AUTH_FACTOR_NOT_ADMITTED` for administrators with one that leaves its device
   */
  confirmPasskey(
    attempt: string,
    enrolment: string,
    response: unknown,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
}
