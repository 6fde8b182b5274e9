/** What an AuditEvent says about the server that recorded it. */
export interface AuditSource {
  /** FHIR reference of the server. */
  readonly observer: string;
  /** Base URL of its FHIR API. */
  readonly address: string;
}
