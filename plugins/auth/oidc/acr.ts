/** Assurance level of one factor, with the consent of the person. */
export const ONE_FACTOR_ACR = 'urn:diga:acr:1fa-consented';
/** Assurance level of handle, password and one-time code. */
export const TWO_FACTOR_ACR = 'urn:diga:acr:2fa';
/** Assurance level of password and a passkey that is bound to its device and has verified the person. */
export const PHISHING_RESISTANT_ACR = 'urn:diga:acr:2fa-phr';
/** What a machine has shown that proved itself with a secret and no key; it stands on no ladder and meets no demand. */
export const SHARED_SECRET_ACR = 'urn:diga:acr:client-secret';

/** All levels, the weakest first. */
export const ACR_LADDER = [ONE_FACTOR_ACR, TWO_FACTOR_ACR, PHISHING_RESISTANT_ACR] as const;

/** Place of a level on the ladder; -1 for what stands on none. */
export function acrRank(acr: string | undefined): number {
  return ACR_LADDER.findIndex((level) => level === acr);
}

/**
 * True if a level satisfies one of those that were asked for: a stronger one stands for a weaker one. What is asked for
 * and unknown is satisfied by nothing.
 */
export function acrSatisfies(acr: string | undefined, wanted: readonly string[]): boolean {
  const rank = acrRank(acr);
  return rank >= 0 && wanted.some((level) => acrRank(level) >= 0 && acrRank(level) <= rank);
}
