import type { ProjectMembership } from '@medplum/fhirtypes';
import type { IdentityClass } from '../../../src/plugin/sdk.ts';

/** Identities that people have about themselves or somebody near to them. */
const PATIENT_TYPES: ReadonlySet<string> = new Set(['Patient', 'RelatedPerson']);

/**
 * How strictly sessions of an identity are kept: what it is in FHIR decides, and whether its membership gives it a policy
 * that makes an admin. A patient with such a policy is an admin too.
 * @param membership undefined: there is none, or none that is in use
 * @param adminPolicies ids of AccessPolicies
 */
export function identityClass(
  profile: string,
  membership: Pick<ProjectMembership, 'access' | 'accessPolicy' | 'admin'> | undefined,
  adminPolicies: readonly string[],
): IdentityClass {
  const given = [
    membership?.accessPolicy,
    ...(membership?.access ?? []).map(({ policy }) => policy),
  ];
  const admin = new Set(adminPolicies.map((id) => `AccessPolicy/${id}`));
  if (membership?.admin === true) return 'admin';
  if (given.some((policy) => admin.has(policy?.reference ?? ''))) return 'admin';
  return PATIENT_TYPES.has(profile.split('/', 1)[0] ?? '') ? 'patient' : 'staff';
}

const STRICTEST: readonly IdentityClass[] = ['admin', 'staff', 'patient'];

/** The class that demands most; undefined of none. */
export function strictest(classes: readonly IdentityClass[]): IdentityClass | undefined {
  return STRICTEST.find((one) => classes.includes(one));
}
