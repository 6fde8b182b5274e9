import { BitString } from 'asn1js';
import { BasicConstraints } from 'pkijs';
import { isProfilePss, MIN_RSA_BITS } from './algorithm-profile.ts';
import { parseBer, sameBytes } from './ber.ts';
import { isCurrent, type SeconCertificate } from './certificate.ts';
import { oid } from './oids.ts';
import { SeconError } from './secon-error.ts';

const MAX_CHAIN_LENGTH = 6;
const UNDERSTOOD_CRITICAL: ReadonlySet<string> = new Set([oid.basicConstraints, oid.keyUsage]);
const KEY_USAGE_DIGITAL_SIGNATURE = 0x80;
const KEY_USAGE_NON_REPUDIATION = 0x40;
const KEY_USAGE_CERT_SIGN = 0x04;

/** What a chain is judged by. */
export interface ChainContext {
  /** Certificates trusted as they are, ordinarily the roots of the ITSG Trust Center. */
  readonly trustAnchors: readonly SeconCertificate[];
  /** Further certificates a path may lead through. */
  readonly intermediates: readonly SeconCertificate[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether sha256WithRSAEncryption is accepted on certificates. */
  readonly allowPkcs1?: boolean;
}

/**
 * Proves that a signer certificate leads to a trust anchor: names, signatures, validity of every issuer,
 * `basicConstraints`, `keyUsage`, no unknown critical extension. Revocation lists are not part of the profile.
 * @throws SeconError CHAIN_UNTRUSTED
 * @see RFC 5280 section 6
 */
export function verifyChain(leaf: SeconCertificate, context: ChainContext): void {
  if (!maySign(leaf)) {
    throw new SeconError('CHAIN_UNTRUSTED', 'The signer certificate is not meant for signatures');
  }
  if (!leadsToAnchor(leaf, context, 0, new Set())) {
    throw new SeconError('CHAIN_UNTRUSTED', 'The signer certificate leads to no trust anchor');
  }
}

function leadsToAnchor(
  certificate: SeconCertificate,
  context: ChainContext,
  depth: number,
  seen: Set<string>,
): boolean {
  // Each certificate is tried once: many that sign each other would otherwise keep us busy without end.
  if (seen.has(certificate.fingerprint)) return false;
  seen.add(certificate.fingerprint);
  if (!hasOnlyKnownCriticalExtensions(certificate)) return false;
  if (context.trustAnchors.some((anchor) => sameBytes(anchor.der, certificate.der))) return true;
  if (depth >= MAX_CHAIN_LENGTH) return false;
  const anchors = context.trustAnchors.filter((issuer) => issued(issuer, certificate, context));
  if (anchors.length > 0) return true;
  return context.intermediates.some(
    (issuer) =>
      !seen.has(issuer.fingerprint) &&
      isCa(issuer, depth) &&
      issued(issuer, certificate, context) &&
      leadsToAnchor(issuer, context, depth + 1, seen),
  );
}

function issued(
  issuer: SeconCertificate,
  certificate: SeconCertificate,
  context: ChainContext,
): boolean {
  return (
    issuer.asn1.subject.isEqual(certificate.asn1.issuer) &&
    isCurrent(issuer, context.now) &&
    issuer.keyBits >= MIN_RSA_BITS &&
    hasKeyUsage(issuer, KEY_USAGE_CERT_SIGN) &&
    isAcceptedSignature(certificate, context) &&
    certificate.x509.verify(issuer.x509.publicKey)
  );
}

function isAcceptedSignature(certificate: SeconCertificate, context: ChainContext): boolean {
  const algorithm = certificate.asn1.signatureAlgorithm;
  return (
    isProfilePss(algorithm) ||
    (context.allowPkcs1 === true && algorithm.algorithmId === oid.sha256WithRsaEncryption)
  );
}

function maySign(leaf: SeconCertificate): boolean {
  return hasKeyUsage(leaf, KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_NON_REPUDIATION);
}

/** A certificate without the extension may be used for anything; observed ITSG certificates have none. */
function hasKeyUsage(certificate: SeconCertificate, anyOf: number): boolean {
  const der = extensionValue(certificate, oid.keyUsage);
  if (der === undefined) return true;
  const bits = parseBer(der, 'CHAIN_UNTRUSTED', 'keyUsage');
  return bits instanceof BitString && ((bits.valueBlock.valueHexView[0] ?? 0) & anyOf) !== 0;
}

function isCa(certificate: SeconCertificate, caBelow: number): boolean {
  const der = extensionValue(certificate, oid.basicConstraints);
  if (der === undefined) return false;
  const constraints = new BasicConstraints({
    schema: parseBer(der, 'CHAIN_UNTRUSTED', 'basicConstraints'),
  });
  const pathLength: unknown = constraints.pathLenConstraint;
  return constraints.cA && (typeof pathLength !== 'number' || caBelow <= pathLength);
}

function extensionValue(certificate: SeconCertificate, id: string): Uint8Array | undefined {
  const extension = certificate.asn1.extensions?.find((candidate) => candidate.extnID === id);
  return extension === undefined ? undefined : new Uint8Array(extension.extnValue.getValue());
}

function hasOnlyKnownCriticalExtensions(certificate: SeconCertificate): boolean {
  return (certificate.asn1.extensions ?? []).every(
    (extension) => !extension.critical || UNDERSTOOD_CRITICAL.has(extension.extnID),
  );
}
