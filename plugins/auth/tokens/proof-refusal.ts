import type { FhirError } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import { PROOF_ALGORITHMS } from './proof-algorithms.ts';

/** What was wrong: the proof, the token it was shown with, or the proof lacks a nonce that is known. */
export type ProofRefusal = 'invalid_dpop_proof' | 'invalid_token' | 'use_dpop_nonce';

/** The challenge of a resource that takes proofs. @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1 */
export function dpopChallenge(error?: ProofRefusal): string {
  const named = error === undefined ? '' : `error="${error}", `;
  return `DPoP ${named}algs="${PROOF_ALGORITHMS.join(' ')}"`;
}

/** Refusal of a token that is bound to a key, with the nonce that the next proof should say. */
export function proofRefusal(kind: ProofRefusal, nonce: string): FhirError {
  const headers = { 'WWW-Authenticate': dpopChallenge(kind), 'DPoP-Nonce': nonce };
  return authError('AUTH_TOKEN_INVALID', {}, { headers, detail: kind });
}
