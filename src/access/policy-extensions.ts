const BASE = 'https://diga-server.dev/fhir/StructureDefinition/';

/**
 * Extension of `AccessPolicy.resource`: an element is shown less exactly than it is stored. Complex: `path` (valueString),
 * `kind` (valueCode: `year`, `month`, `prefix-<n>`).
 */
export const POLICY_MASK_EXTENSION = `${BASE}access-policy-mask`;

/** Extension of `AccessPolicy.resource`: a search parameter (valueCode) that must not be used beyond those derived. */
export const POLICY_BLOCKED_PARAMETER_EXTENSION = `${BASE}access-policy-blocked-parameter`;

/**
 * Extension of `AccessPolicy.resource`: the entry opens its resources to aggregates alone, and no cell of one may stand for
 * fewer patients than this (valuePositiveInt).
 */
export const POLICY_AGGREGATE_EXTENSION = `${BASE}access-policy-aggregate-only`;

/** Extension of AccessPolicy: a value of `acr` that is enough for the policy to hold (valueString); of several, any is. */
export const POLICY_ACR_EXTENSION = `${BASE}access-policy-acr`;

/** Extension of AccessPolicy: why data is accessed by it (valueCode of v3-ActReason). */
export const POLICY_PURPOSE_EXTENSION = `${BASE}access-policy-purpose`;

/** Extension of AccessPolicy, ProjectMembership and ProjectMembership.access: when it holds (valuePeriod). */
export const POLICY_PERIOD_EXTENSION = `${BASE}access-policy-period`;
