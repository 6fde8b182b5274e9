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
  /** Code of http://terminology.hl7.org/CodeSystem/v3-ActReason. */
  readonly purpose: string;
}
