import { generateKeyPairSync, sign } from 'node:crypto';
import type { Constructed } from 'asn1js';
import { BitString, fromBER, Integer, OctetString, Primitive, Sequence, Utf8String } from 'asn1js';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** A self-signed certificate for an IPv4 address, with its key, as PEM. */
export function tlsIdentity(ip: string): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: 1 });
  certificate.subject = new RelativeDistinguishedNames({
    typesAndValues: [
      new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: ip }) }),
    ],
  });
  certificate.issuer = certificate.subject;
  certificate.notBefore = new Time({ value: new Date(0) });
  certificate.notAfter = new Time({ value: new Date('2049-01-01T00:00:00Z') });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  certificate.subjectPublicKeyInfo.fromSchema(fromBER(spki).result);
  certificate.extensions = [
    extension('2.5.29.19', new BasicConstraints({ cA: true }).toSchema()),
    extension('2.5.29.17', ipName(ip)),
  ];
  certificate.signature = new AlgorithmIdentifier({ algorithmId: ECDSA_WITH_SHA256 });
  certificate.signatureAlgorithm = certificate.signature;
  certificate.tbsView = new Uint8Array(certificate.encodeTBS().toBER());
  const signature = sign('sha256', certificate.tbsView, privateKey);
  certificate.signatureValue = new BitString({ valueHex: new Uint8Array(signature) });
  const der = Buffer.from(certificate.toSchema(true).toBER());
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extension(extnID: string, value: Constructed | Sequence): Extension {
  const extnValue = new OctetString({ valueHex: value.toBER() }).getValue();
  return new Extension({ extnID, extnValue });
}

function ipName(ip: string): Sequence {
  const valueHex = Uint8Array.from(ip.split('.').map(Number));
  return new Sequence({
    value: [new Primitive({ idBlock: { tagClass: 3, tagNumber: 7 }, valueHex })],
  });
}
