import type { Clock } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { AccountActor } from './account-security.ts';
import { acrMeets, TWO_FACTOR_ACR } from './assurance.ts';

/** Age of a sign-in, in seconds, up to which it may change what protects the account. */
export const FRESH_SECONDS = 300;

/**
 * Two factors, proven within the last five minutes. @see TR-03161 O.Auth_12
 * @throws FhirError `AUTH_REAUTHENTICATION_NEEDED`
 */
export function assertFresh(actor: AccountActor, clock: Clock): void {
  const age = clock.now() - actor.authTime.getTime();
  if (!acrMeets(actor.acr, TWO_FACTOR_ACR) || age > FRESH_SECONDS * 1000) {
    throw authError('AUTH_REAUTHENTICATION_NEEDED');
  }
}
