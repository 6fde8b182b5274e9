/** Somebody who signs in at the sandbox. */
export interface IdpUser {
  /** Subject of tokens; it means nothing outside the sandbox. */
  readonly sub: string;
  /** Claim `staff_number`. */
  readonly staffNumber?: string;
}

/** Who there is unless told otherwise. */
export const DEFAULT_USERS: readonly IdpUser[] = [
  { sub: 'f:clinic:ada', staffNumber: 'S-1001' },
  { sub: 'f:clinic:ben', staffNumber: 'S-1002' },
  { sub: 'f:clinic:kim' },
];

/** How well a login is vouched for, in the words of a Keycloak that maps levels of authentication to numbers and names. */
export const LEVELS = {
  /** Password. */
  '1': ['pwd'],
  /** Password and one-time code. */
  '2': ['pwd', 'otp'],
  /** Password and security key. */
  gold: ['pwd', 'hwk'],
} as const satisfies Record<string, readonly string[]>;
