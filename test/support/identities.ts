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

/** How persons of the tests are authenticated unless a test says otherwise. */
export const TEST_ACR = 'urn:diga:acr:2fa';

/**
 * Access token of any FHIR identity, such as `Practitioner/x`; of the scope `user/*.cruds` and with two factors unless
 * told. An empty `acr` stands for a token that says nothing of the kind.
 */
export function tokenFor(profile: string, scope?: string, acr?: string): string {
  const parts = acr === undefined ? (scope === undefined ? [] : [scope]) : [scope ?? DEFAULT, acr];
  const encoded = parts.map((part) => `~${Buffer.from(part).toString('base64url')}`);
  return `test.${profile.replace('/', '.')}${encoded.join('')}`;
}

const DEFAULT = 'user/*.cruds';
