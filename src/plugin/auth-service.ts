/**
 * What the authentication service offers to other plugins, provided as `use('auth', 'service')`. Whoever signs people in
 * by another door (Medplum's JSON endpoints, a federation) does it through this and not beside it: same factors, same
 * throttling, same ledger.
 */
import type { IncomingMessage } from 'node:http';
import type { RouteHandler, TokenClaims } from './sdk.ts';

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

/** A change of the factors of an account. `now` is false for one that is announced first and may be blocked until then. */
export interface FactorChange {
  readonly now: boolean;
  readonly effectiveAt: Date;
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
   * @throws FhirError `AUTH_SESSION_GONE`, `AUTH_IDENTITY_UNKNOWN`, `AUTH_IDENTITY_MISSING`, `AUTH_SCOPE_REFUSED`
   */
  issueCode(
    attempt: string,
    choice: { readonly membershipId?: string; readonly scope?: string },
    origin: SignInOrigin,
  ): Promise<{ readonly code: string; readonly login: string }>;
  /**
   * Begins a login of the same account and client as another of its identities, with the same authentication and scope:
   * a code with its verifier, to be redeemed at once. The login that it goes on from stays.
   * @param claims of a token of the login that it goes on from
   * @throws FhirError `AUTH_SESSION_GONE`; `AUTH_IDENTITY_UNKNOWN` where the account has no such identity or it demands a
   *   better authentication; `AUTH_CLIENT_UNKNOWN` for clients that people were asked about, for one identity
   */
  switchIdentity(
    claims: TokenClaims,
    membershipId: string,
    origin: SignInOrigin,
  ): Promise<{ readonly code: string; readonly verifier: string }>;
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
   * Begins to add an authenticator app to the account of who is signed in. The secret is Base32, the URI bears no name.
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`
   */
  beginAuthenticatorApp(
    login: LoginView & { readonly accountId: string },
  ): Promise<{ readonly enrolment: string; readonly secret: string; readonly uri: string }>;
  /**
   * Adds the app that shows the code; undefined where the code is wrong, and it may be tried again.
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_SESSION_GONE`, `AUTH_FACTOR_LIMIT`
   */
  addAuthenticatorApp(
    login: LoginView & { readonly accountId: string },
    proof: { readonly enrolment: string; readonly code: string; readonly label?: string },
    origin: SignInOrigin,
  ): Promise<FactorChange | undefined>;
  /**
   * Removes a factor; the last second factor stays.
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`, `AUTH_FACTOR_UNKNOWN`, `AUTH_FACTOR_LAST`
   */
  removeFactor(
    login: LoginView & { readonly accountId: string },
    factor: string,
    origin: SignInOrigin,
  ): Promise<FactorChange>;
  /**
   * Changes the password of who is signed in. @returns why not, or undefined
   * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`
   */
  changePassword(
    login: LoginView & { readonly accountId: string },
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

/** An OAuth client that another plugin knows. */
export interface ForeignClient {
  readonly clientId: string;
  /** `native`: a loopback or custom-scheme redirect. `web`: a browser application. */
  readonly type: 'native' | 'web';
  readonly redirectUris: readonly string[];
  /** Origins whose scripts may call the token endpoint. */
  readonly allowedOrigins: readonly string[];
  /** Gets its grant without a consent page. */
  readonly firstParty: boolean;
  /** Where `$smart-launch` opens it; absent: it is not launched from elsewhere. */
  readonly launchUrl?: string;
  /** Lifetime of the access tokens of people, in seconds; absent: the usual one. */
  readonly accessTokenSeconds?: number;
  /** How the client proves who it is; absent: it is public. */
  readonly proof?:
    | { readonly kind: 'private_key_jwt'; readonly jwksUri: string }
    | { readonly kind: 'client_secret' };
  /** FHIR identity that the client acts as by itself; only with a proof. */
  readonly service?: { readonly profile: string; readonly scope: string };
}

/** What is known of a client to those who show or admit it. */
export interface ClientView {
  readonly clientId: string;
  readonly firstParty: boolean;
  readonly allowedOrigins: readonly string[];
}

/** The form of a request to the token endpoint; what is changed is what the provider then reads. */
export type TokenRequestAdapter = (
  form: URLSearchParams,
  request: IncomingMessage,
) => Promise<void> | void;

/**
 * Where other plugins reach into the endpoints of the provider, provided as `use('auth', 'endpoints')`. What they put
 * before it is read by the provider like any other request: nothing gets round its checks.
 */
export interface AuthEndpoints {
  /** Where a request came from, as attempts are counted and the ledger shows it. */
  originOf(request: IncomingMessage): SignInOrigin;
  /** Counts the requests of an address with those to the provider's own endpoints, and refuses too many (429). */
  limited(handler: RouteHandler): RouteHandler;
  /** Reads each request to the token endpoint before the provider does. Registered while plugins register. */
  beforeToken(adapter: TokenRequestAdapter): void;
  /** Asked for clients that the configuration does not know. Registered while plugins register. */
  addClients(source: (clientId: string) => Promise<ForeignClient | undefined>): void;
  client(clientId: string): Promise<ClientView | undefined>;
  /** True: clients may prove themselves with a secret (`plugins.auth.tokens.clientSecrets`). */
  readonly clientSecrets: boolean;
  /**
   * Makes the secret of a foreign client, 256 random bits, which is shown this once and kept sealed. One that it had is
   * worth nothing from then on.
   */
  makeClientSecret(clientId: string): Promise<string>;
  /** True where the client has a secret. */
  hasClientSecret(clientId: string): Promise<boolean>;
  /** Takes the secret of a client away. */
  dropClientSecret(clientId: string): Promise<void>;
}
