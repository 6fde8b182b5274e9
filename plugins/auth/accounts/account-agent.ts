import type { SecurityEvent } from '../../../src/plugin/sdk.ts';
import type { Account } from './account-store.ts';

/**
 * Who acts, for the ledger, before it is known as whom: an account is named by its oldest identity. A patient finds the
 * event in the own access log.
 */
export function accountAgent(
  account: Pick<Account, 'identities'> | undefined,
): Pick<SecurityEvent, 'agent' | 'patient'> {
  const [oldest] = account?.identities ?? [];
  return oldest === undefined ? {} : profileAgent(oldest.profile);
}

/** The same for an identity that is known. @param profile such as `Patient/7` */
export function profileAgent(profile: string): Pick<SecurityEvent, 'agent' | 'patient'> {
  return { agent: profile, ...(profile.startsWith('Patient/') ? { patient: profile } : {}) };
}
