import type { CompiledPolicy } from './policy.ts';

/** Who acts: one FHIR identity with the policy that holds for it. Made by `src/identity`, never by hand. */
export interface Principal {
  /** FHIR reference of the identity: `Patient/…`, `Practitioner/…`, `Bot/…`, `Device/…` (plugins), `ClientApplication/…`. */
  readonly reference: string;
  /** Names of the AccessPolicies that apply, for the audit record. */
  readonly roles: readonly string[];
  readonly policy: CompiledPolicy;
  /** OAuth client that acts for the identity. */
  readonly clientId?: string;
  /** Token id (`jti`), for the audit record. */
  readonly tokenId?: string;
  /**
   * True for parts of the server itself, which plan ids ahead so that a crash between two databases can be repaired. All
   * others may choose an id only where that tells them nothing.
   */
  readonly plansIds?: boolean;
  /** Code of http://terminology.hl7.org/CodeSystem/v3-ActReason. */
  readonly purpose: string;
  /** Purposes that policies state for what is accessed by them, by id of the AccessPolicy. */
  readonly purposes?: ReadonlyMap<string, string>;
  /** The network rules of the policies do not admit the address of the client: every request is refused. */
  readonly barred?: true;
  /** The login that the token belongs to; absent for service accounts and without a token. */
  readonly loginId?: string;
  /** Scopes of the token, as it names them; absent where the identity acts without a token. */
  readonly scope?: string;
  /** How the person was authenticated (`acr` of the token). */
  readonly acr?: string;
  /** The patient that the app was launched about (launch context of the token), as a reference. */
  readonly patient?: string;
  /** What the principal could do if it were authenticated as well as its policies demand. */
  readonly withheld?: WithheldPolicy;
}

/** Policies that do not hold because the token was obtained with too weak an authentication. */
export interface WithheldPolicy {
  readonly policy: CompiledPolicy;
  /** Values of `acr` that would do, for the challenge of RFC 9470. */
  readonly acr: readonly string[];
}

/** What a principal is made from, kept with work that outlives its request. */
export interface PrincipalClaims {
  readonly reference: string;
  /** Present where a token stood for the identity; then all three are. */
  readonly token?: {
    readonly clientId: string;
    readonly tokenId: string;
    readonly scope: string;
    /** How the person was authenticated; absent where the token did not say. */
    readonly acr?: string;
    /** The patient that the app was launched about. */
    readonly patient?: string;
  };
}

/** The claims of a principal, as far as its access depends on them. */
export function claimsOf(principal: Principal): PrincipalClaims {
  const { reference, clientId, tokenId = '', scope = '', acr, patient } = principal;
  if (clientId === undefined) return { reference };
  const known = {
    ...(acr === undefined ? {} : { acr }),
    ...(patient === undefined ? {} : { patient }),
  };
  return { reference, token: { clientId, tokenId, scope, ...known } };
}
