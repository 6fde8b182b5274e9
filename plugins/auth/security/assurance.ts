import type { IdentityClass } from '../../../src/plugin/sdk.ts';

/** A passkey alone, for those who agreed to that. @see TR-03161 O.Auth_5 */
export const CONSENTED_ACR = 'urn:diga:acr:1fa-consented';
/** Password and a second factor. @see TR-03161 O.Auth_4 */
export const TWO_FACTOR_ACR = 'urn:diga:acr:2fa';
/** Password and a passkey that cannot leave its device: resists phishing. */
export const PHISHING_RESISTANT_ACR = 'urn:diga:acr:2fa-phr';

/** Levels of assurance, the weakest first. */
export const ACR_LADDER: readonly string[] = [
  CONSENTED_ACR,
  TWO_FACTOR_ACR,
  PHISHING_RESISTANT_ACR,
];

/** True where a level is at least the demanded one; a level outside the ladder is below all of it. */
export function acrMeets(acr: string, demanded: string): boolean {
  const rung = ACR_LADDER.indexOf(demanded);
  return rung >= 0 && ACR_LADDER.indexOf(acr) >= rung;
}

/**
 * Level that acting as an identity demands. Whoever administers needs a factor that resists phishing; patients may agree to
 * one factor for themselves, nobody else may.
 */
export function demandedAcr(identityClass: IdentityClass): string {
  return { patient: CONSENTED_ACR, staff: TWO_FACTOR_ACR, admin: PHISHING_RESISTANT_ACR }[
    identityClass
  ];
}
