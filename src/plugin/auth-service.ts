/**
 * What the authentication service offers to other plugins, provided as `use('auth', 'service')`. Whoever signs people in
 * by another door (Medplum's JSON endpoints, a federation) does it through this and not beside it: same factors, same
 * throttling, same ledger.
 */
import type { TokenClaims } from './sdk.ts';

/** Where a request came from. */
export interface SignInOrigin {
  /** Address that attempts are counted for. */
  readonly address: string;
  /** Address for the audit ledger, which shows the network it lies in. */
  readonly network?: string;
  readonly requestId?: string;
  /** Kept as the names of browser and system only. */
  readonly userAgent?: string;
}

/** What an attempt to sign in is for; it is kept with the attempt until a code is issued. */
export interface SignInPurpose {
  readonly clientId: string;
  readonly scope: string;
  readonly nonce?: string;
  /** PKCE, S256. @see https://www.rfc-editor.org/rfc/rfc7636 */
  readonly codeChallenge: string;
  /** Where the code goes to; absent where it is handed to the caller, who then redeems it without a redirect. */
  readonly redirectUri?: string;
  /** Value of the `launch` parameter of SMART. */
  readonly launch?: string;
}

/** Answer to a step of a sign-in. None of them tells whether an account exists or which factor was wrong. */
export type SignInStep =
  /** The next proof is wanted; `attempt` names the sign-in. */
  | { readonly outcome: 'second-factor'; readonly attempt: string }
  | {
      readonly outcome: 'accepted';
      readonly attempt: string;
      readonly accountId: string;
      readonly acr: string;
      readonly amr: readonly string[];
      readonly identities: readonly AccountIdentity[];
    }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'wait'; readonly retryAfter: number };

/** Proof of possession, after handle and password. */
export type SecondFactor =
  | { readonly kind: 'totp'; readonly code: string }
  /** An AuthenticationResponseJSON. @see https://www.w3.org/TR/webauthn-3/ */
  | { readonly kind: 'passkey'; readonly response: unknown };

/** How strictly sessions of an identity are kept. */
export type IdentityClass = 'patient' | 'staff' | 'admin';

/** A FHIR identity that an account may act as. */
export interface AccountIdentity {
  /** FHIR reference, such as `Practitioner/7`. */
  readonly profile: string;
  /** Id of the ProjectMembership. */
  readonly membershipId: string;
  readonly class: IdentityClass;
}

/** One sign-in that lasts: what Medplum calls a Login. Access tokens name it in the claim `login_id`. */
export interface LoginView {
  readonly id: string;
  readonly clientId: string;
  readonly profile: string;
  readonly membershipId: string;
  readonly scope: string;
  readonly authMethod: 'password' | 'external';
  readonly acr: string;
  readonly amr: readonly string[];
  readonly authTime: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Names of browser and system, such as `Firefox on Android`. */
  readonly device?: string;
  readonly revoked: boolean;
}

/** The authentication service, for other plugins. */
export interface AuthService {
  /**
   * First step: handle and password. The answer is the same whether the account exists and whether the password is right.
   * @throws FhirError `AUTH_BUSY`
   */
  begin(
    claim: { readonly handle: string; readonly password: string },
    purpose: SignInPurpose,
    origin: SignInOrigin,
  ): Promise<SignInStep>;
  /** Options of `navigator.credentials.get` for an attempt; they do not tell whether there is a passkey. */
  passkeyOptions(attempt: string): Promise<Readonly<Record<string, unknown>>>;
  /** Second step, with the verdict on both. @throws FhirError `AUTH_SESSION_GONE` */
  finish(attempt: string, proof: SecondFactor, origin: SignInOrigin): Promise<SignInStep>;
  /**
   * Issues the authorization code of an accepted attempt, to be redeemed at the token endpoint with its verifier.
   * @param membershipId which identity acts; needed where the account has several
   * @param scope no more than was asked for
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_IDENTITY_UNKNOWN`
   */
  issueCode(
    attempt: string,
    choice: { readonly membershipId?: string; readonly scope?: string },
  ): Promise<{ readonly code: string; readonly login: string }>;
  /** Step that an attempt has reached, to go on with after a reload. @throws FhirError `AUTH_SESSION_GONE` */
  attempt(attempt: string): Promise<SignInStep>;
  /** The login that an access token belongs to; service accounts have none. */
  loginOf(claims: TokenClaims): Promise<(LoginView & { readonly accountId: string }) | undefined>;
  /** Living logins of an account, the newest first. */
  logins(accountId: string): Promise<readonly LoginView[]>;
  /** Ends a login of an account, its tokens included. False: the account has none of that id. */
  revokeLogin(accountId: string, login: string, origin: SignInOrigin): Promise<boolean>;
  identities(accountId: string): Promise<readonly AccountIdentity[]>;
  /** Factors of an account by kind, without anything secret. */
  factors(
    accountId: string,
  ): Promise<readonly { readonly id: string; readonly kind: string; readonly label?: string }[]>;
  /**
   * Changes the password of who is signed in. @returns why not, or undefined
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`
   */
  changePassword(
    accountId: string,
    change: { readonly old: string; readonly new: string },
    origin: SignInOrigin,
  ): Promise<string | undefined>;
  /**
   * Makes an account for an identity that exists, and a link that its owner sets it up with. The link is a secret that is
   * shown once.
   */
  invite(
    identity: AccountIdentity,
    inviter: { readonly profile: string },
    origin: SignInOrigin,
  ): Promise<{ readonly accountId: string; readonly url: string; readonly expiresAt: Date }>;
}
