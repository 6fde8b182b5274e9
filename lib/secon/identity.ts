import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Certificate, ContentInfo, SignedData } from 'pkijs';
import { MIN_RSA_BITS } from './algorithm-profile.ts';
import { parseBer } from './ber.ts';
import { parseCertificate, parseCertificates, type SeconCertificate } from './certificate.ts';
import { oid } from './oids.ts';
import { decodePem } from './pem.ts';
import { SeconError } from './secon-error.ts';

/** A certificate with its private key: who we are towards the clearing points. */
export interface SeconIdentity {
  readonly certificate: SeconCertificate;
  readonly privateKey: KeyObject;
  /** Issuing certificates that came along, for chains. */
  readonly chain?: readonly SeconCertificate[];
}

/** Files of an identity as the trust center and openssl deliver them. */
export interface IdentityFiles {
  /** Private key, PEM (PKCS#8 or PKCS#1), possibly encrypted. */
  readonly privateKeyPem: string;
  readonly passphrase?: string;
  /** Certificate or chain: PEM certificates, PEM `PKCS7`, or DER of a certificate or PKCS#7. */
  readonly certificates: string | Uint8Array;
}

/**
 * Builds our identity and proves that key and certificate belong together.
 * @throws SeconError IDENTITY_INVALID, CERTIFICATE_INVALID, KEY_TOO_SMALL
 */
export function loadIdentity(files: IdentityFiles): SeconIdentity {
  const privateKey = readKey(files);
  const certificates = readChain(files.certificates);
  const certificate = certificates.find((candidate) => candidate.x509.checkPrivateKey(privateKey));
  if (certificate === undefined) {
    throw new SeconError('IDENTITY_INVALID', 'No certificate of the chain fits the private key');
  }
  if (certificate.keyBits < MIN_RSA_BITS) {
    throw new SeconError('KEY_TOO_SMALL', `The identity's key has ${certificate.keyBits} RSA bits`);
  }
  return {
    certificate,
    privateKey,
    chain: certificates.filter((candidate) => candidate !== certificate),
  };
}

/**
 * Reads the certificates of a PKCS#7 chain (`.p7c`, DER).
 * @throws SeconError CERTIFICATE_INVALID
 * @see RFC 5652 section 5.1
 */
export function parsePkcs7Chain(der: Uint8Array): readonly SeconCertificate[] {
  const schema = parseBer(der, 'CERTIFICATE_INVALID', 'The PKCS#7 chain');
  try {
    const contentInfo = new ContentInfo({ schema });
    if (contentInfo.contentType === oid.signedData) {
      const signedData = new SignedData({ schema: contentInfo.content });
      return (signedData.certificates ?? [])
        .filter((entry): entry is Certificate => entry instanceof Certificate)
        .map((entry) => parseCertificate(new Uint8Array(entry.toSchema().toBER())));
    }
  } catch (error) {
    throw new SeconError('CERTIFICATE_INVALID', 'The PKCS#7 chain cannot be read', error);
  }
  throw new SeconError('CERTIFICATE_INVALID', 'The PKCS#7 file is no SignedData');
}

function readKey(files: IdentityFiles): KeyObject {
  try {
    return createPrivateKey({
      key: files.privateKeyPem,
      format: 'pem',
      ...(files.passphrase === undefined ? {} : { passphrase: files.passphrase }),
    });
  } catch {
    // The cause could quote the file; the reader of the log must not see any of it.
    throw new SeconError(
      'IDENTITY_INVALID',
      'The private key is not PEM, or its passphrase is wrong',
    );
  }
}

function readChain(input: string | Uint8Array): readonly SeconCertificate[] {
  if (typeof input === 'string') {
    const pkcs7 = decodePem(input, 'PKCS7');
    return [...parseCertificates(input), ...pkcs7.flatMap((der) => parsePkcs7Chain(der))];
  }
  try {
    return [parseCertificate(input)];
  } catch (error) {
    if (error instanceof SeconError) return parsePkcs7Chain(input);
    throw error;
  }
}
