import { createHash } from 'node:crypto';
import type { Mode } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';

const S256 = /^[A-Za-z0-9_-]{43}$/;

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/**
 * The challenge in the form S256. MedplumClient falls back to `plain` where it finds no WebCrypto; in the sandbox such a
 * challenge, which is the verifier itself, is turned into S256 here, so that the provider only ever knows S256. A device
 * without WebCrypto is no place for production.
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`
 * @see https://www.rfc-editor.org/rfc/rfc7636#section-4.2
 */
export function codeChallenge(
  challenge: string | undefined,
  method: string | undefined,
  mode: Mode,
): string {
  if (challenge === undefined || challenge === '') {
    throw refused('codeChallenge', 'PKCE is needed');
  }
  if (method === 'plain') {
    if (mode === 'production') throw refused('codeChallengeMethod', 'only S256 is taken');
    if (!VERIFIER.test(challenge)) throw refused('codeChallenge', 'it is no code verifier');
    return createHash('sha256').update(challenge).digest('base64url');
  }
  if (method !== undefined && method !== 'S256') {
    throw refused('codeChallengeMethod', 'only S256 is taken');
  }
  if (!S256.test(challenge)) throw refused('codeChallenge', 'it is no SHA-256 in base64url');
  return challenge;
}

function refused(name: string, reason: string) {
  return medplumError('MEDPLUM_PARAMETER_INVALID', { name, reason });
}
