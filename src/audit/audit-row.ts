/** Outcome of an AuditEvent: 0 success, 4 minor, 8 serious, 12 major failure. */
export type AuditOutcome = 0 | 4 | 8 | 12;

/**
 * One entry of the ledger. `src/audit/audit-event.ts` shows it as an IHE BALP AuditEvent.
 * @see https://profiles.ihe.net/ITI/BALP/
 */
export interface AuditRow {
  /** FHIR instant. */
  readonly recorded: string;
  /** Code of http://hl7.org/fhir/restful-interaction, `operation:<name>`, or `security`. */
  readonly interaction: string;
  readonly outcome: AuditOutcome;
  /** FHIR reference of who acted; absent where nobody was identified. */
  readonly agent?: string;
  readonly roles?: string;
  /** Rule of the AccessPolicy that allowed the access. */
  readonly rule?: string;
  readonly type?: string;
  readonly resourceId?: string;
  readonly version?: number;
  /** Id of the patient concerned; an access that concerns several has a row for each. */
  readonly patient?: string;
  /** Query string of a search. */
  readonly query?: string;
  /** Code of http://terminology.hl7.org/CodeSystem/v3-ActReason. */
  readonly purpose?: string;
  readonly clientId?: string;
  readonly tokenId?: string;
  /** Network address of the client. */
  readonly network?: string;
  readonly requestId: string;
  /** DCM codes of a security event. */
  readonly securityType?: string;
  readonly securitySubtype?: string;
  /** One sentence without personal data. */
  readonly detail?: string;
}
