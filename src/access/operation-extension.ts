/**
 * Extension of AccessPolicy that allows an operation, `valueCode` being its name without `$`, or `*` for all of them:
 * Medplum's format cannot say it.
 */
export const POLICY_OPERATION_EXTENSION =
  'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
