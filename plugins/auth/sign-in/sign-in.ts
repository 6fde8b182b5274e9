import type {
  SecondFactor,
  SignInOrigin,
  SignInPurpose,
  SignInStep,
} from '../../../src/plugin/sdk.ts';

/** What a sign-in is for. A page of this server knows the client alone; the rest stays with the authorization request. */
export type AttemptPurpose = Pick<SignInPurpose, 'clientId'> & Partial<SignInPurpose>;

/** A sign-in whose factors were proven. */
export interface AcceptedSignIn {
  readonly accountId: string;
  readonly acr: string;
  /** @see https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr: readonly string[];
  readonly authTime: Date;
  readonly purpose: AttemptPurpose;
}

/**
 * Sign-in in two steps. The first takes handle and password and never tells anything; the verdict on both factors falls
 * after the second and does not say which one failed. Accounts that do not exist are asked the same and cost the same.
 *
 * An attempt is a row that any node goes on with, for ten minutes from its last step. A process that dies between the steps
 * loses none; one that dies while it judges a proof has used that proof up, and the next one works.
 * @see TR-03107-1, trust level substantial
 */
export interface SignIn {
  /**
   * First step. The answer is the same whether the account exists and whether the password is right.
   * @throws FhirError `AUTH_BUSY`
   */
  begin(
    claim: { readonly handle: string; readonly password: string },
    purpose: AttemptPurpose,
    origin: SignInOrigin,
  ): Promise<SignInStep>;
  /**
   * First step without a password, for accounts that have agreed to sign in with a passkey alone. Which account it is
   * follows from the passkey.
   * @see TR-03161 O.Auth_5
   */
  beginPasskeyOnly(purpose: AttemptPurpose, origin: SignInOrigin): Promise<SignInStep>;
  /**
   * Options of `navigator.credentials.get` for an attempt, with a new challenge that serves once. They name no passkey, so
   * they do not tell whether there is one. @throws FhirError `AUTH_SESSION_GONE`
   */
  passkeyOptions(attempt: string): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Second step, with the verdict. Three proofs may be tried; then the sign-in begins anew. `wait` uses none of them up.
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_BUSY`
   */
  finish(attempt: string, proof: SecondFactor, origin: SignInOrigin): Promise<SignInStep>;
  /** Step that an attempt has reached. @throws FhirError `AUTH_SESSION_GONE` */
  attempt(attempt: string): Promise<SignInStep>;
  /** What an accepted attempt has proven, without using it up. @throws FhirError `AUTH_SESSION_GONE` */
  accepted(attempt: string): Promise<AcceptedSignIn>;
  /**
   * Uses an accepted attempt up: of several at the same time one gets it. Refused once the account was locked or its
   * factors were replaced since. @throws FhirError `AUTH_SESSION_GONE`
   */
  consume(attempt: string): Promise<AcceptedSignIn>;
}
