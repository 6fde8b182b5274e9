import { webcrypto } from 'node:crypto';
import { OctetString } from 'asn1js';
import {
  ContentInfo,
  EncryptedContentInfo,
  EnvelopedData,
  IssuerAndSerialNumber,
  KeyTransRecipientInfo,
  RecipientInfo,
} from 'pkijs';
import {
  aes256CbcIdentifier,
  MIN_RECIPIENT_RSA_BITS,
  oaepIdentifier,
} from './algorithm-profile.ts';
import { ownCopy } from './ber.ts';
import type { SeconCertificate } from './certificate.ts';
import { oid } from './oids.ts';
import { SeconError } from './secon-error.ts';

/**
 * Encrypts bytes for one recipient as SECON demands: EnvelopedData version 0, AES-256-CBC, RSAES-OAEP with SHA-256,
 * recipient by issuer and serial number, content type id-data.
 * @returns DER of the ContentInfo
 * @throws SeconError KEY_TOO_SMALL
 * @see RFC 5652 section 6
 */
export async function writeEnvelopedData(
  content: Uint8Array,
  recipient: SeconCertificate,
): Promise<Uint8Array<ArrayBuffer>> {
  if (recipient.keyBits < MIN_RECIPIENT_RSA_BITS) {
    throw new SeconError('KEY_TOO_SMALL', `The recipient's key has ${recipient.keyBits} RSA bits`);
  }
  const contentKey = webcrypto.getRandomValues(new Uint8Array(32));
  const iv = webcrypto.getRandomValues(new Uint8Array(16));
  const encryptedContent = await encryptContent(ownCopy(content), contentKey, iv);
  const encryptedKey = await encryptKey(contentKey, recipient);
  contentKey.fill(0);

  const recipientInfo = new KeyTransRecipientInfo({
    version: 0,
    rid: new IssuerAndSerialNumber({
      issuer: recipient.asn1.issuer,
      serialNumber: recipient.asn1.serialNumber,
    }),
    keyEncryptionAlgorithm: oaepIdentifier(),
    encryptedKey: new OctetString({ valueHex: encryptedKey }),
  });
  const envelopedData = new EnvelopedData({
    version: 0,
    recipientInfos: [new RecipientInfo({ variant: 1, value: recipientInfo })],
    encryptedContentInfo: new EncryptedContentInfo({
      contentType: oid.data,
      contentEncryptionAlgorithm: aes256CbcIdentifier(iv),
      encryptedContent: new OctetString({ valueHex: encryptedContent }),
      disableSplit: true,
    }),
  });
  const contentInfo = new ContentInfo({
    contentType: oid.envelopedData,
    content: envelopedData.toSchema(),
  });
  return ownCopy(new Uint8Array(contentInfo.toSchema().toBER()));
}

async function encryptContent(
  content: Uint8Array<ArrayBuffer>,
  contentKey: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  const key = await webcrypto.subtle.importKey('raw', contentKey, 'AES-CBC', false, ['encrypt']);
  return webcrypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, content);
}

async function encryptKey(
  contentKey: Uint8Array<ArrayBuffer>,
  recipient: SeconCertificate,
): Promise<ArrayBuffer> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const key = recipient.x509.publicKey.toCryptoKey(algorithm, false, ['encrypt']);
  return webcrypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, contentKey);
}
