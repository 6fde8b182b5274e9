/** How the sign-in of these tests goes, and what it was asked for. */
export const control = {
  /** Who signs in. */
  profile: 'Practitioner/admin',
  acr: 'urn:diga:acr:2fa',
  /** Lifetime of access tokens, in seconds. */
  seconds: 300,
  /** True: refresh tokens are refused. */
  refuseRefresh: false,
  /** Parameters of all authorization requests. */
  authorizations: [] as URLSearchParams[],
  /** `grant_type` of all token requests, and `logout`. */
  calls: [] as string[],
  /** Answer of `GET auth/me`; undefined: there is none. */
  me: undefined as object | undefined,
  /** Refresh tokens that were used twice. */
  reused: 0,
};
