import { createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { BitString, fromBER, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { PSS_SALT_LENGTH, pssIdentifier } from '../../algorithm-profile.ts';
import { ownCopy } from '../../ber.ts';
import { parseCertificate, type SeconIdentity } from '../../index.ts';

const generate = promisify(generateKeyPair);

/** The instant of every test. */
export const NOW = Date.parse('2026-03-02T09:00:00Z');
const YEAR = 365 * 86_400_000;

export async function rsaKey(bits: number): Promise<KeyObject> {
  return (await generate('rsa', { modulusLength: bits })).privateKey;
}

export interface TestCertificate {
  readonly units: readonly string[];
  readonly key: KeyObject;
  readonly serial: number;
  readonly issuer?: SeconIdentity;
  readonly ca?: boolean;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** Issues a certificate; without issuer it is self-signed. */
export async function certify(order: TestCertificate): Promise<SeconIdentity> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: order.serial });
  certificate.subject = name(order.units);
  certificate.issuer = order.issuer?.certificate.asn1.subject ?? certificate.subject;
  certificate.notBefore = new Time({ value: new Date(order.notBefore ?? NOW - YEAR) });
  certificate.notAfter = new Time({ value: new Date(order.notAfter ?? NOW + YEAR) });
  const spki = createPublicKey(order.key).export({ type: 'spki', format: 'der' });
  certificate.subjectPublicKeyInfo.fromSchema(fromBER(new Uint8Array(spki)).result);
  if (order.ca === true) {
    const extnValue = new OctetString({
      valueHex: new BasicConstraints({ cA: true }).toSchema().toBER(),
    }).getValue();
    certificate.extensions = [new Extension({ extnID: '2.5.29.19', critical: true, extnValue })];
  }
  await sign(certificate, order.issuer?.privateKey ?? order.key);
  return {
    certificate: parseCertificate(new Uint8Array(certificate.toSchema(true).toBER())),
    privateKey: order.key,
  };
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

function name(units: readonly string[]): RelativeDistinguishedNames {
  return new RelativeDistinguishedNames({
    typesAndValues: [
      new AttributeTypeAndValue({ type: '2.5.4.10', value: new Utf8String({ value: 'Test' }) }),
      ...units.map(
        (value) =>
          new AttributeTypeAndValue({ type: '2.5.4.11', value: new Utf8String({ value }) }),
      ),
    ],
  });
}

/** A root, a manufacturer (signs) and a clearing point (receives). */
export async function testParties() {
  const [rootKey, herstellerKey, annahmeKey] = await Promise.all([
    rsaKey(3072),
    rsaKey(3072),
    rsaKey(4096),
  ]);
  const root = await certify({ units: ['Root'], key: rootKey, serial: 1, ca: true });
  const hersteller = await certify({
    units: ['Beispiel GmbH', 'IK999999994'],
    key: herstellerKey,
    serial: 0x123456,
    issuer: root,
  });
  const annahme = await certify({
    units: ['Beispiel Annahmestelle', 'IK660000009'],
    key: annahmeKey,
    serial: 0x654321,
    issuer: root,
  });
  return { root, hersteller, annahme };
}
