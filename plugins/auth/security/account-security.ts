import type { SignInOrigin } from '../../../src/plugin/sdk.ts';
import type { PasswordWeakness } from '../accounts/password-rule.ts';
import type { TotpAlgorithm } from '../accounts/totp.ts';

/** Who changes the own account: the login that the request came with. */
export interface AccountActor {
  readonly accountId: string;
  readonly acr: string;
  /** When factors were last proven. */
  readonly authTime: Date;
  /** Login of the request, where there is one: it is the one that notices of the change are not for. */
  readonly loginId?: string;
}

/** A factor as its owner sees it. Dates that lie ahead belong to changes that are announced but not yet in force. */
export interface FactorView {
  readonly id: string;
  readonly kind: 'totp' | 'passkey' | 'recovery-codes';
  readonly label?: string;
  readonly createdAt: Date;
  readonly activeFrom: Date;
  readonly removedFrom?: Date;
  readonly lastUsedAt?: Date;
  /** Passkeys: whether it can leave its device, which makes it the weaker. */
  readonly synced?: boolean;
  /** Recovery codes: how many are left. */
  readonly left?: number;
}

/** When a change holds; `now` is false for one that is announced first. */
export interface ChangeOutcome {
  readonly now: boolean;
  readonly effectiveAt: Date;
  /** Names the change, for {@link AccountSecurity.blockChange}; absent where it holds at once. */
  readonly change?: string;
}

/** An authenticator app to be added. */
export interface TotpEnrolment {
  readonly enrolment: string;
  /** Base32. */
  readonly secret: string;
  readonly algorithm: TotpAlgorithm;
  /** `otpauth:` URI without a name. */
  readonly uri: string;
}

/** What happened to an account, for the notices its owner sees. */
export type NoticeKind =
  | 'factor-added'
  | 'factor-removed'
  | 'password-changed'
  | 'recovery-codes-renewed'
  | 'lock-code-renewed'
  | 'recovery'
  | 'recovery-by-operator'
  | 'locked'
  | 'unlocked'
  | 'change-blocked'
  | 'provider-linked';

/** A notice, shown to all logins of the account for two weeks; nobody can take it away. */
export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly at: Date;
  /** Login that caused it; absent for recovery and operators. */
  readonly byLogin?: string;
  /** Label of the factor. */
  readonly label?: string;
  /** The announced change, as long as it can be blocked. */
  readonly change?: string;
  readonly effectiveAt?: Date;
}

/**
 * What owners do with the factors of their account. Every change but blocking demands a login with two factors that is not
 * older than five minutes, puts an event on the ledger and leaves a notice for all other logins. A change of factors from
 * a login weaker than the account could make, and any removal from a login that could have been phished, holds only after a
 * delay, in which any login can block it.
 * @see TR-03161 O.Auth_12, O.Auth_13, O.Pass_3, O.Pass_4
 */
export interface AccountSecurity {
  factors(accountId: string): Promise<readonly FactorView[]>;
  /** @throws FhirError `AUTH_REAUTHENTICATION_NEEDED` */
  beginTotp(actor: AccountActor): Promise<TotpEnrolment>;
  /**
   * Adds the app that shows the code. @returns undefined where the code is wrong; it may be tried again
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_SESSION_GONE`, `AUTH_FACTOR_LIMIT`
   */
  confirmTotp(
    actor: AccountActor,
    enrolment: string,
    code: string,
    label: string | undefined,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
  /** Options of `navigator.credentials.create`. @throws FhirError `AUTH_REAUTHENTICATION_NEEDED` */
  beginPasskey(
    actor: AccountActor,
  ): Promise<{ readonly enrolment: string; readonly options: Readonly<Record<string, unknown>> }>;
  /**
   * Adds a passkey. @param response a RegistrationResponseJSON
   * @returns undefined where the response does not hold, or its device is not admitted; the enrolment is used up
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_SESSION_GONE`, `AUTH_FACTOR_LIMIT`
   */
  confirmPasskey(
    actor: AccountActor,
    enrolment: string,
    response: unknown,
    label: string | undefined,
    origin: SignInOrigin,
  ): Promise<ChangeOutcome | undefined>;
  /**
   * Removes a factor, at once from a login with `urn:diga:acr:2fa-phr`; the last second factor stays.
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_FACTOR_UNKNOWN`, `AUTH_FACTOR_LAST`
   */
  removeFactor(actor: AccountActor, factor: string, origin: SignInOrigin): Promise<ChangeOutcome>;
  /** Makes ten codes that are shown once; those before are void. @throws FhirError `AUTH_REAUTHENTICATION_NEEDED` */
  newRecoveryCodes(actor: AccountActor, origin: SignInOrigin): Promise<readonly string[]>;
  /** Makes a lock code that is shown once; the one before is void. @throws FhirError `AUTH_REAUTHENTICATION_NEEDED` */
  newLockCode(actor: AccountActor, origin: SignInOrigin): Promise<string>;
  /**
   * Changes the password; the old one is unusable at once. @returns why not, or undefined
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_BUSY`
   */
  changePassword(
    actor: AccountActor,
    change: { readonly old: string; readonly new: string; readonly endOtherLogins?: boolean },
    origin: SignInOrigin,
  ): Promise<PasswordWeakness | 'wrong-password' | 'wait' | undefined>;
  /** Up to a hundred notices of the last two weeks: changes that can still be blocked, then the newest first. */
  notices(accountId: string): Promise<readonly Notice[]>;
  /** Blocks an announced change, for any login of the account. False: there is none, or it holds already. */
  blockChange(accountId: string, change: string, origin: SignInOrigin): Promise<boolean>;
  /** Brings announced changes into force whose time has come: old logins end, factors go. @returns how many */
  settle(): Promise<number>;
}
