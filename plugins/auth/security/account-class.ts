import type { AccountIdentity, IdentityClass } from '../../../src/plugin/sdk.ts';

const STRICTEST_FIRST: readonly IdentityClass[] = ['admin', 'staff', 'patient'];

/** The strictest class among the identities of an account: its rules hold for passwords and factors. */
export function accountClass(identities: readonly AccountIdentity[]): IdentityClass {
  const has = (wanted: IdentityClass): boolean => identities.some((one) => one.class === wanted);
  return STRICTEST_FIRST.find(has) ?? 'patient';
}
