import { authError } from '../errors.ts';
import type { AcceptedSignIn, AttemptPurpose } from './sign-in.ts';

/** What is kept of an attempt, sealed. */
export interface SignInState {
  readonly purpose: AttemptPurpose;
  readonly startedAt: number;
  /** Digest of the handle, hexadecimal; absent where a passkey alone is asked for. */
  readonly handle?: string;
  readonly accountId?: string;
  readonly passwordMatches: boolean;
  /** Sixteen bits of a keyed digest of the password, by which one that is tried everywhere shows. */
  readonly mark?: string;
  readonly tries: number;
  readonly challenge?: string;
  readonly accepted?: {
    readonly accountId: string;
    readonly acr: string;
    readonly amr: readonly string[];
    readonly at: number;
  };
}

/** What an accepted attempt has proven. @throws FhirError `AUTH_SESSION_GONE` for others */
export function provenBy({ accepted, purpose }: SignInState): AcceptedSignIn {
  if (accepted === undefined) throw authError('AUTH_SESSION_GONE');
  const { accountId, acr, amr, at } = accepted;
  return { accountId, acr, amr, authTime: new Date(at), purpose };
}
