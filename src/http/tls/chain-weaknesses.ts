import type { X509Certificate } from 'node:crypto';
import { weaknessOf } from '../../crypto/key-strength.ts';

const LISTED = /^(?:ecdsa-with-SHA(?:256|384|512)|rsassaPss|RSASSA-PSS)$/;

/**
 * What TR-02102-2 does not recommend in a chain, one sentence each: signatures with PKCS#1 v1.5 (until 2025) or an old
 * hash, and weak keys of the authorities. A root's own signature protects nothing and is not looked at.
 * @param chain the server's certificate first
 */
export function chainWeaknesses(chain: readonly X509Certificate[]): string[] {
  return chain.flatMap((certificate, level) => {
    const name = certificate.subject.replaceAll('\n', ', ').slice(0, 200);
    const root = level > 0 && certificate.checkIssued(certificate);
    const { signatureAlgorithm } = certificate;
    const signature =
      root || signatureAlgorithm === undefined || LISTED.test(signatureAlgorithm)
        ? []
        : [`the certificate of ${name} is signed with ${signatureAlgorithm}`];
    const weak = level === 0 ? undefined : weaknessOf(certificate.publicKey);
    return weak === undefined ? signature : [...signature, `${name}: ${weak}`];
  });
}
