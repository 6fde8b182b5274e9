/** Assurance level of handle, password and one-time code. */
export const TWO_FACTOR_ACR = 'urn:diga:acr:2fa';
