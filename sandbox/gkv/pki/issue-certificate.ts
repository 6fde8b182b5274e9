import { createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { BitString, fromBER, Integer, OctetString, PrintableString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { PSS_SALT_LENGTH, pssIdentifier } from '../../../lib/secon/algorithm-profile.ts';
import { ownCopy } from '../../../lib/secon/ber.ts';

/** Names of a subject in the order of the ITSG Trust Center's certificates. */
export interface SubjectNames {
  /** Organisation behind the IK; absent for the trust center itself. */
  readonly organisation?: string;
  /** Institutionskennzeichen, nine digits. */
  readonly ik?: string;
  readonly contact?: string;
}

/** One certificate to issue. */
export interface CertificateOrder {
  readonly subject: SubjectNames;
  /** Key that the certificate is for; its public half is used. */
  readonly subjectKey: KeyObject;
  readonly issuerKey: KeyObject;
  /** First and last instant, milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isCa?: boolean;
  /** Name of the trust center; a different one makes a certificate nobody trusts. */
  readonly trustCenter: string;
}

/**
 * Issues a certificate of the shape of the ITSG Trust Center's: serial of three bytes, RSASSA-PSS with SHA-256, RSA
 * subject key, organisation and `IK` number as organisational units, no extensions on those of participants.
 * @returns DER
 */
export async function issueCertificate(order: CertificateOrder): Promise<Uint8Array> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = serialNumber();
  certificate.issuer = distinguishedName(order.trustCenter, {});
  certificate.subject = distinguishedName(order.trustCenter, order.subject);
  certificate.notBefore = new Time({ value: new Date(order.notBefore) });
  certificate.notAfter = new Time({ value: new Date(order.notAfter) });
  const spki = createPublicKey(order.subjectKey).export({ type: 'spki', format: 'der' });
  certificate.subjectPublicKeyInfo.fromSchema(fromBER(new Uint8Array(spki)).result);
  if (order.isCa === true) certificate.extensions = caExtensions();
  await sign(certificate, order.issuerKey);
  return new Uint8Array(certificate.toSchema(true).toBER());
}

async function sign(certificate: Certificate, issuerKey: KeyObject): Promise<void> {
  certificate.signature = pssIdentifier();
  certificate.signatureAlgorithm = pssIdentifier();
  const tbs = ownCopy(new Uint8Array(certificate.encodeTBS().toBER()));
  certificate.tbsView = tbs;
  const key = issuerKey.toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']);
  const parameters = { name: 'RSA-PSS', saltLength: PSS_SALT_LENGTH };
  const signature = await webcrypto.subtle.sign(parameters, key, tbs);
  certificate.signatureValue = new BitString({ valueHex: signature });
}

function distinguishedName(trustCenter: string, names: SubjectNames): RelativeDistinguishedNames {
  const utf8 = (type: string, value: string | undefined): readonly AttributeTypeAndValue[] =>
    value === undefined
      ? []
      : [new AttributeTypeAndValue({ type, value: new Utf8String({ value }) })];
  return new RelativeDistinguishedNames({
    typesAndValues: [
      new AttributeTypeAndValue({ type: '2.5.4.6', value: new PrintableString({ value: 'DE' }) }),
      ...utf8('2.5.4.10', trustCenter),
      ...utf8('2.5.4.11', names.organisation),
      ...utf8('2.5.4.11', names.ik === undefined ? undefined : `IK${names.ik}`),
      ...utf8('2.5.4.3', names.contact),
    ],
  });
}

function serialNumber(): Integer {
  const bytes = randomBytes(3);
  // Positive and without a leading zero byte.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new Integer({ valueHex: new Uint8Array(bytes) });
}

function caExtensions(): Extension[] {
  const extension = (extnID: string, value: ArrayBuffer): Extension =>
    new Extension({
      extnID,
      critical: true,
      extnValue: new OctetString({ valueHex: value }).getValue(),
    });
  const certSignAndCrlSign = new BitString({ valueHex: new Uint8Array([0x06]), unusedBits: 1 });
  return [
    extension('2.5.29.19', new BasicConstraints({ cA: true }).toSchema().toBER()),
    extension('2.5.29.15', certSignAndCrlSign.toBER()),
  ];
}
