import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { JWK, JWTVerifyResult } from 'jose';
import type { Clock } from '../../../src/plugin/sdk.ts';
import { keyWeakness } from '../clients/key-weakness.ts';
import type { DpopNonces } from './dpop-nonce.ts';
import { PROOF_ALGORITHMS } from './proof-algorithms.ts';
import { type ProofRefusal, proofRefusal } from './proof-refusal.ts';
import type { ProofReplays } from './proof-replays.ts';

/** No proof is longer, in characters. */
const MAX_LENGTH = 4096;
const MAX_JTI = 200;

/** What a proof has to fit. */
export interface ProvenRequest {
  readonly method: string;
  /** URL as the client calls it; its query does not count. */
  readonly url: string;
  readonly token: string;
  /** RFC 7638 thumbprint that the token is bound to. */
  readonly thumbprint: string;
}

export interface ProofParts {
  readonly nonces: DpopNonces;
  readonly replays: ProofReplays;
  readonly clock: Clock;
  /** Seconds that a proof without a nonce may differ from the clock. */
  readonly window: number;
}

/** Checks that whoever shows a token holds the key it is bound to. @throws FhirError `AUTH_TOKEN_INVALID` with its challenge */
export type ProofVerifier = (proof: string | undefined, request: ProvenRequest) => Promise<void>;

/**
 * Verifies proofs of possession at the FHIR endpoints. What costs nothing comes first; whether a proof was shown before is
 * asked last, so that a forged proof leaves no trace.
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.3
 */
export function proofVerifier(parts: ProofParts): ProofVerifier {
  const { clock, nonces, replays, window } = parts;
  const refuse = (kind: ProofRefusal): Error => proofRefusal(kind, nonces.next());
  return async (proof, request) => {
    if (proof === undefined || proof.length > MAX_LENGTH) throw refuse('invalid_dpop_proof');
    const { payload, protectedHeader } = await signed(proof, clock, () =>
      refuse('invalid_dpop_proof'),
    );
    const { jti, iat, htm, htu, ath, nonce } = payload;
    const jwk = protectedHeader.jwk as JWK;
    const fits =
      typeof jti === 'string' &&
      jti.length > 0 &&
      jti.length <= MAX_JTI &&
      typeof iat === 'number' &&
      htm === request.method &&
      sameTarget(htu, request.url) &&
      ath === hash('sha256', request.token, 'base64url') &&
      keyWeakness(jwk) === undefined;
    if (!fits) throw refuse('invalid_dpop_proof');
    if ((await calculateJwkThumbprint(jwk)) !== request.thumbprint) throw refuse('invalid_token');
    if (nonce !== undefined) {
      if (typeof nonce !== 'string' || !nonces.accepts(nonce)) throw refuse('use_dpop_nonce');
    } else if (Math.abs(clock.now() / 1000 - iat) > window) {
      throw refuse('use_dpop_nonce');
    }
    if (!(await replays.first(request.thumbprint, jti))) throw refuse('invalid_dpop_proof');
  };
}

async function signed(proof: string, clock: Clock, refuse: () => Error): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...PROOF_ALGORITHMS],
      typ: 'dpop+jwt',
      currentDate: new Date(clock.now()),
    });
  } catch {
    throw refuse();
  }
}

/** Query and fragment do not count, and neither does how the same URL may be written. */
function sameTarget(htu: unknown, url: string): boolean {
  const given = typeof htu === 'string' ? URL.parse(htu) : null;
  const called = URL.parse(url);
  if (given === null || called === null) return false;
  return given.origin === called.origin && given.pathname === called.pathname;
}
