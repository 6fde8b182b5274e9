import { timingSafeEqual } from 'node:crypto';
import type { TokenPresentation } from '../../../src/plugin/sdk.ts';
import { certificateOfHeader } from '../oidc/client-certificate.ts';
import { authError } from '../errors.ts';
import type { AccessTokenClaims } from './access-token-schema.ts';
import type { ProofVerifier } from './dpop-proof.ts';
import type { DpopNonces } from './dpop-nonce.ts';
import { proofRefusal } from './proof-refusal.ts';
import { certificateThumbprint } from './certificate-thumbprint.ts';

/** The key that a token is bound to. */
export type Confirmation = NonNullable<AccessTokenClaims['cnf']>;

/** Checks that a token is shown the way it was issued to be shown. @throws FhirError `AUTH_TOKEN_INVALID` */
export type Possession = (
  token: string,
  bound: Confirmation | undefined,
  presentation: TokenPresentation | undefined,
) => Promise<void>;

export interface PossessionParts {
  readonly proof: ProofVerifier;
  readonly nonces: DpopNonces;
  /** Header in lower case in which the operator's proxy hands on the certificate; absent: that of the connection counts. */
  readonly certificateHeader?: string;
}

/**
 * A token that is bound to a key is worth nothing without it, and one that is not bound is not shown as if it were
 * (RFC 9449, section 7.2; RFC 8705, section 3).
 */
export function possession(parts: PossessionParts): Possession {
  return async (token, bound, presentation) => {
    const proves = presentation?.scheme === 'DPoP';
    if (bound !== undefined && 'jkt' in bound) {
      if (!proves) throw proofRefusal('invalid_token', parts.nonces.next());
      const { method, url } = presentation;
      await parts.proof(presentation.header('dpop'), { method, url, token, thumbprint: bound.jkt });
      return;
    }
    if (proves) throw proofRefusal('invalid_token', parts.nonces.next());
    if (bound === undefined) return;
    const shown = shownThumbprint(presentation, parts.certificateHeader);
    if (shown === undefined || !same(shown, bound['x5t#S256'])) {
      throw authError('AUTH_TOKEN_INVALID', {}, { detail: 'certificate' });
    }
  };
}

function shownThumbprint(
  presentation: TokenPresentation | undefined,
  header: string | undefined,
): string | undefined {
  if (header === undefined) return presentation?.certificate();
  const certificate = certificateOfHeader(presentation?.header(header));
  return certificate === undefined ? undefined : certificateThumbprint(certificate);
}

function same(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
