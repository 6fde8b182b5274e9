import type { SignInOrigin } from '../../../src/plugin/sdk.ts';

/** Somebody of the support desk, as who is signed in. */
export interface Operator {
  readonly accountId: string;
  /** FHIR reference, for the ledger. */
  readonly profile: string;
  readonly acr: string;
}

/** A request of one operator that another one decides on. */
export interface SupportRequest {
  readonly id: string;
  readonly goal: 'unlock' | 'recovery';
  /** Number of the case in the desk's own system. */
  readonly ticket: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Help by two people: one asks, another one approves, both as administrators with a factor that resists phishing, and the
 * ledger names both. `unlock` holds with the approval. `recovery` gives a code that stands in for a recovery code; whoever
 * uses it still proves a factor, so the desk alone lets nobody in.
 * @see requirement R-244; IT-Grundschutz ORP.4.A24
 */
export interface SupportDesk {
  /**
   * Asks. The answer is the same for accounts that do not exist.
   * @throws FhirError `AUTH_OPERATOR_DENIED`, `AUTH_TICKET_INVALID`
   */
  request(
    operator: Operator,
    wish: {
      readonly handle: string;
      readonly goal: 'unlock' | 'recovery';
      readonly ticket: string;
    },
    origin: SignInOrigin,
  ): Promise<SupportRequest>;
  /** Requests that wait for a second person. @throws FhirError `AUTH_OPERATOR_DENIED` */
  open(operator: Operator): Promise<readonly SupportRequest[]>;
  /**
   * Approves the request of somebody else. @returns the code for `recovery`, to be told to the person: shown once, for 24 h
   * @throws FhirError `AUTH_OPERATOR_DENIED`, `AUTH_REQUEST_UNKNOWN`
   */
  approve(
    operator: Operator,
    request: string,
    origin: SignInOrigin,
  ): Promise<{ readonly code?: string }>;
  /** Refuses a request. @throws FhirError `AUTH_OPERATOR_DENIED`, `AUTH_REQUEST_UNKNOWN` */
  reject(operator: Operator, request: string, origin: SignInOrigin): Promise<void>;
}
