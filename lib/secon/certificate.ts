import { X509Certificate } from 'node:crypto';
import { Certificate } from 'pkijs';
import { integerHex } from './algorithm-profile.ts';
import { ownCopy, parseBer } from './ber.ts';
import { ikOf, organisationOf } from './institutionskennzeichen.ts';
import { decodePem } from './pem.ts';
import { SeconError } from './secon-error.ts';

/** An X.509 certificate of the SECON world, read once. */
export interface SeconCertificate {
  readonly der: Uint8Array;
  /** View for names, extensions and algorithms. */
  readonly asn1: Certificate;
  /** View for keys and signatures. */
  readonly x509: X509Certificate;
  /** Institutionskennzeichen, nine digits, where the subject has one. */
  readonly ik: string | undefined;
  /** Organisation as in the subject's first OU. */
  readonly organisation: string | undefined;
  /** Serial number, upper-case hexadecimal without leading zeros. */
  readonly serialNumber: string;
  /** First instant of validity, milliseconds since 1970. */
  readonly notBefore: number;
  /** Last instant of validity, milliseconds since 1970. */
  readonly notAfter: number;
  /** Length of the RSA modulus in bits; 0 for another kind of key. */
  readonly keyBits: number;
  /** SHA-256 of the DER bytes, hexadecimal. */
  readonly fingerprint: string;
}

const MAX_CERTIFICATE_BYTES = 64 * 1024;

/**
 * Reads one certificate from DER bytes or PEM text.
 * @throws SeconError CERTIFICATE_INVALID
 * @see RFC 5280
 */
export function parseCertificate(input: Uint8Array | string): SeconCertificate {
  const der = typeof input === 'string' ? decodePem(input, 'CERTIFICATE')[0] : input;
  if (der === undefined)
    throw new SeconError('CERTIFICATE_INVALID', 'There is no PEM certificate in the text');
  if (der.byteLength > MAX_CERTIFICATE_BYTES) {
    throw new SeconError(
      'CERTIFICATE_INVALID',
      `A certificate over ${MAX_CERTIFICATE_BYTES} bytes`,
    );
  }
  const schema = parseBer(der, 'CERTIFICATE_INVALID', 'The certificate');
  try {
    const asn1 = new Certificate({ schema });
    const x509 = new X509Certificate(Buffer.from(der));
    const key = x509.publicKey;
    return {
      der: ownCopy(der),
      asn1,
      x509,
      ik: ikOf(asn1.subject),
      organisation: organisationOf(asn1.subject),
      serialNumber: integerHex(asn1.serialNumber),
      notBefore: asn1.notBefore.value.getTime(),
      notAfter: asn1.notAfter.value.getTime(),
      keyBits: key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0,
      fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch (error) {
    throw new SeconError('CERTIFICATE_INVALID', 'The certificate is not X.509', error);
  }
}

/** Reads every certificate of a PEM text, in order. @throws SeconError CERTIFICATE_INVALID */
export function parseCertificates(pem: string): readonly SeconCertificate[] {
  return decodePem(pem, 'CERTIFICATE').map((der) => parseCertificate(der));
}

/** Whether the certificate is valid at `now` (milliseconds since 1970), chain aside. */
export function isCurrent(certificate: SeconCertificate, now: number): boolean {
  return certificate.notBefore <= now && now <= certificate.notAfter;
}
