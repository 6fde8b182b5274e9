import { webcrypto } from 'node:crypto';
import { Constructed, ObjectIdentifier, Sequence } from 'asn1js';
import { Certificate, IssuerAndSerialNumber, SignedData, type SignerInfo } from 'pkijs';
import { isProfilePss, isSha256, MIN_RSA_BITS, PSS_SALT_LENGTH } from './algorithm-profile.ts';
import { ownCopy, sameBytes } from './ber.ts';
import { parseCertificate, type SeconCertificate } from './certificate.ts';
import { octets, readContentInfo, readStructure } from './cms-content.ts';
import { isNamedBy } from './issuer-and-serial-number.ts';
import { oid } from './oids.ts';
import type { SeconRelaxations, SeconWarning } from './relaxations.ts';
import { SeconError } from './secon-error.ts';
import { algorithmProtection, readSignedAttributes } from './signed-attributes.ts';

/** Content of a SignedData whose signature holds; nothing is said yet about who the signer is. */
export interface OpenedSignature {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly signerCertificate: SeconCertificate;
  /** Every certificate of the message. */
  readonly certificates: readonly SeconCertificate[];
  /** As the signer states it, milliseconds since 1970. */
  readonly signingTime: number;
  readonly warnings: readonly SeconWarning[];
}

const MAX_CERTIFICATES = 16;

/**
 * Verifies digest and signature of a SignedData of exactly one signer.
 * @param known certificates a signer may have that did not send his
 * @throws SeconError UNSIGNED, STRUCTURE_REFUSED, ALGORITHM_REFUSED, SIGNER_UNKNOWN, KEY_TOO_SMALL, DIGEST_MISMATCH,
 *   SIGNATURE_INVALID
 * @see RFC 5652 section 5.4
 */
export async function readSignedData(
  cms: Uint8Array,
  known: readonly SeconCertificate[],
  relaxations: SeconRelaxations,
): Promise<OpenedSignature> {
  const schema = readContentInfo(cms, oid.signedData, 'UNSIGNED');
  const signedData = readStructure(
    () => new SignedData({ schema }),
    'STRUCTURE_REFUSED',
    'The SignedData cannot be read',
  );
  const signer = onlySigner(signedData);
  const eContent = signedData.encapContentInfo.eContent;
  if (signedData.encapContentInfo.eContentType !== oid.data || eContent === undefined) {
    throw new SeconError('STRUCTURE_REFUSED', 'The signed content is absent or not id-data');
  }
  const warnings = judgeSignatureAlgorithm(signer, relaxations);
  const certificates = embeddedCertificates(signedData);
  const signerCertificate = findSigner(signer, [...certificates, ...known]);
  const content = octets(eContent);
  const attributes = readSignedAttributes(signer);
  if (attributes.contentType !== oid.data || !isConsistent(signer)) {
    throw new SeconError('SIGNATURE_INVALID', 'The signed attributes contradict the message');
  }
  const digest = new Uint8Array(await webcrypto.subtle.digest('SHA-256', content));
  if (!sameBytes(digest, attributes.messageDigest)) {
    throw new SeconError('DIGEST_MISMATCH', 'The content is not what was signed');
  }
  await verifySignature(signer, signerCertificate, attributes.signedBytes, warnings.length > 0);
  return {
    content,
    signerCertificate,
    certificates,
    signingTime: attributes.signingTime,
    warnings,
  };
}

function onlySigner(signedData: SignedData): SignerInfo {
  const [signer, ...more] = signedData.signerInfos;
  if (signer === undefined) throw new SeconError('UNSIGNED', 'The message bears no signature');
  if (more.length > 0) throw new SeconError('STRUCTURE_REFUSED', 'More than one signer');
  return signer;
}

function judgeSignatureAlgorithm(
  signer: SignerInfo,
  relaxations: SeconRelaxations,
): readonly SeconWarning[] {
  const algorithm = signer.signatureAlgorithm;
  if (!isSha256(signer.digestAlgorithm)) {
    throw new SeconError('ALGORITHM_REFUSED', 'The digest is not SHA-256');
  }
  if (isProfilePss(algorithm)) return [];
  const isPkcs1 =
    algorithm.algorithmId === oid.rsaEncryption ||
    algorithm.algorithmId === oid.sha256WithRsaEncryption;
  if (isPkcs1 && relaxations.pkcs1Signature === true) {
    return [{ code: 'PKCS1_SIGNATURE', message: 'The signature is RSASSA-PKCS1-v1_5' }];
  }
  throw new SeconError('ALGORITHM_REFUSED', 'The signature is not RSASSA-PSS with SHA-256');
}

function embeddedCertificates(signedData: SignedData): readonly SeconCertificate[] {
  const entries = signedData.certificates ?? [];
  if (entries.length > MAX_CERTIFICATES) {
    throw new SeconError('STRUCTURE_REFUSED', `More than ${MAX_CERTIFICATES} certificates`);
  }
  return entries
    .filter((entry): entry is Certificate => entry instanceof Certificate)
    .map((entry) => parseCertificate(new Uint8Array(entry.toSchema().toBER())));
}

function findSigner(signer: SignerInfo, candidates: readonly SeconCertificate[]): SeconCertificate {
  const sid: unknown = signer.sid;
  if (!(sid instanceof IssuerAndSerialNumber)) {
    throw new SeconError('STRUCTURE_REFUSED', 'The signer is not named by issuer and serial');
  }
  const found = candidates.find((certificate) => isNamedBy(certificate, sid));
  if (found === undefined) {
    throw new SeconError('SIGNER_UNKNOWN', 'The certificate of the signer is not known');
  }
  if (found.keyBits < MIN_RSA_BITS) {
    throw new SeconError('KEY_TOO_SMALL', `The signer's key has ${found.keyBits} RSA bits`);
  }
  return found;
}

/** CMSAlgorithmProtection must repeat the algorithms that were used. @see RFC 6211 section 2 */
function isConsistent(signer: SignerInfo): boolean {
  const protection = algorithmProtection(signer);
  if (protection === undefined) return true;
  if (!(protection instanceof Sequence)) return false;
  const [digest, signature] = protection.valueBlock.value;
  return (
    digest instanceof Sequence &&
    firstOid(digest) === signer.digestAlgorithm.algorithmId &&
    signature instanceof Constructed &&
    signature.idBlock.tagNumber === 1 &&
    firstOid(signature) === signer.signatureAlgorithm.algorithmId
  );
}

function firstOid(sequence: Constructed): string | undefined {
  const [first] = sequence.valueBlock.value;
  return first instanceof ObjectIdentifier ? first.valueBlock.toString() : undefined;
}

async function verifySignature(
  signer: SignerInfo,
  certificate: SeconCertificate,
  signedBytes: Uint8Array<ArrayBuffer>,
  pkcs1: boolean,
): Promise<void> {
  const name = pkcs1 ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS';
  const key = certificate.x509.publicKey.toCryptoKey({ name, hash: 'SHA-256' }, false, ['verify']);
  const parameters = pkcs1 ? { name } : { name, saltLength: PSS_SALT_LENGTH };
  const signature = ownCopy(octets(signer.signature));
  if (!(await webcrypto.subtle.verify(parameters, key, signature, signedBytes))) {
    throw new SeconError('SIGNATURE_INVALID', 'The signature does not hold');
  }
}
