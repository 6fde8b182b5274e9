/** FHIR identities that every test server knows; `policy` is one of `access-policies/`, or none. */
export const IDENTITIES = {
  'patient-a': { profile: 'Patient/patient-a', policy: 'patient' },
  'patient-b': { profile: 'Patient/patient-b', policy: 'patient' },
  clinician: { profile: 'Practitioner/clinician', policy: 'clinician' },
  admin: { profile: 'Practitioner/admin', policy: 'admin' },
  auditor: { profile: 'Practitioner/auditor', policy: 'auditor' },
  full: { profile: 'ClientApplication/full', policy: 'full' },
  /** Has an identity and no membership: nothing is allowed. */
  nobody: { profile: 'Practitioner/nobody', policy: undefined },
} as const satisfies Readonly<
  Record<string, { readonly profile: string; readonly policy: string | undefined }>
>;

/** Name of an identity of the test servers. */
export type Role = keyof typeof IDENTITIES;

/** Access token of an identity. */
export function tokenOf(role: Role): string {
  return tokenFor(IDENTITIES[role].profile);
}

/** Access token of any FHIR identity, such as `Practitioner/x`; of the scope `user/*.cruds` unless told. */
export function tokenFor(profile: string, scope?: string): string {
  const token = `test.${profile.replace('/', '.')}`;
  return scope === undefined ? token : `${token}~${Buffer.from(scope).toString('base64url')}`;
}
