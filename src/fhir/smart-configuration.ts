/**
 * What the authorization server of a deployment supports; all URLs absolute. The authenticator says it, because only it
 * knows.
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
 */
export interface SmartConfiguration {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly introspection_endpoint?: string;
  readonly revocation_endpoint?: string;
  /** Where people see the apps and sessions of their account, and end them. */
  readonly management_endpoint?: string;
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  /** `S256`, and never `plain`. */
  readonly code_challenge_methods_supported: readonly ['S256'];
  readonly capabilities: readonly string[];
}
