import { constants, privateDecrypt, webcrypto } from 'node:crypto';
import {
  type AlgorithmIdentifier,
  EnvelopedData,
  IssuerAndSerialNumber,
  KeyTransRecipientInfo,
} from 'pkijs';
import { aes256CbcIv, isProfileOaep } from './algorithm-profile.ts';
import { ownCopy } from './ber.ts';
import { octets, readContentInfo, readStructure } from './cms-content.ts';
import type { SeconIdentity } from './identity.ts';
import { isNamedBy } from './issuer-and-serial-number.ts';
import { oid } from './oids.ts';
import type { SeconRelaxations, SeconWarning } from './relaxations.ts';
import { SeconError } from './secon-error.ts';

/** Decrypted content of an EnvelopedData. */
export interface OpenedEnvelope {
  readonly content: Uint8Array<ArrayBuffer>;
  /** The identity it was encrypted for. */
  readonly recipient: SeconIdentity;
  readonly warnings: readonly SeconWarning[];
}

/**
 * Decrypts an EnvelopedData with whichever of our identities is its recipient.
 * @throws SeconError NOT_CMS, STRUCTURE_REFUSED, WRONG_RECIPIENT, ALGORITHM_REFUSED, DECRYPTION_FAILED
 * @see RFC 5652 section 6
 */
export async function readEnvelopedData(
  cms: Uint8Array,
  identities: readonly SeconIdentity[],
  relaxations: SeconRelaxations,
): Promise<OpenedEnvelope> {
  const schema = readContentInfo(cms, oid.envelopedData, 'NOT_CMS');
  const envelope = readStructure(
    () => new EnvelopedData({ schema }),
    'STRUCTURE_REFUSED',
    'The EnvelopedData cannot be read',
  );
  const { info, recipient } = findRecipient(envelope, identities);
  const { contentType, contentEncryptionAlgorithm, encryptedContent } =
    envelope.encryptedContentInfo;
  const iv = aes256CbcIv(contentEncryptionAlgorithm);
  if (iv === undefined) {
    throw new SeconError('ALGORITHM_REFUSED', 'The content is not encrypted with AES-256-CBC');
  }
  if (contentType !== oid.data || encryptedContent === undefined) {
    throw new SeconError('STRUCTURE_REFUSED', 'The encrypted content is absent or not id-data');
  }
  const warnings = judgeKeyTransport(info.keyEncryptionAlgorithm, relaxations);
  const contentKey = await unwrapKey(info, recipient, warnings.length > 0);
  const content = await decryptContent(contentKey, iv, octets(encryptedContent));
  contentKey.fill(0);
  return { content, recipient, warnings };
}

function findRecipient(
  envelope: EnvelopedData,
  identities: readonly SeconIdentity[],
): { readonly info: KeyTransRecipientInfo; readonly recipient: SeconIdentity } {
  for (const { value } of envelope.recipientInfos) {
    if (!(value instanceof KeyTransRecipientInfo)) continue;
    const rid: unknown = value.rid;
    if (!(rid instanceof IssuerAndSerialNumber)) continue;
    const recipient = identities.find((identity) => isNamedBy(identity.certificate, rid));
    if (recipient !== undefined) return { info: value, recipient };
  }
  throw new SeconError('WRONG_RECIPIENT', 'The message is encrypted for another certificate');
}

function judgeKeyTransport(
  algorithm: AlgorithmIdentifier,
  relaxations: SeconRelaxations,
): readonly SeconWarning[] {
  if (isProfileOaep(algorithm)) return [];
  if (algorithm.algorithmId === oid.rsaEncryption && relaxations.pkcs1KeyTransport === true) {
    return [{ code: 'PKCS1_KEY_TRANSPORT', message: 'Key transport was RSAES-PKCS1-v1_5' }];
  }
  throw new SeconError('ALGORITHM_REFUSED', 'Key transport is not RSAES-OAEP with SHA-256');
}

async function unwrapKey(
  info: KeyTransRecipientInfo,
  recipient: SeconIdentity,
  pkcs1: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const encryptedKey = octets(info.encryptedKey);
  try {
    const contentKey = pkcs1
      ? privateDecrypt(
          { key: recipient.privateKey, padding: constants.RSA_PKCS1_PADDING },
          encryptedKey,
        )
      : await unwrapOaep(encryptedKey, recipient);
    if (contentKey.byteLength === 32) return ownCopy(new Uint8Array(contentKey));
  } catch {
    // One answer for every failure: the reason would tell an attacker about the padding.
    throw decryptionFailed();
  }
  throw decryptionFailed();
}

async function unwrapOaep(
  encryptedKey: Uint8Array<ArrayBuffer>,
  recipient: SeconIdentity,
): Promise<ArrayBuffer> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' };
  const key = recipient.privateKey.toCryptoKey(algorithm, false, ['decrypt']);
  return webcrypto.subtle.decrypt({ name: 'RSA-OAEP' }, key, encryptedKey);
}

async function decryptContent(
  contentKey: Uint8Array<ArrayBuffer>,
  iv: Uint8Array,
  encrypted: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const key = await webcrypto.subtle.importKey('raw', contentKey, 'AES-CBC', false, ['decrypt']);
    const parameters = { name: 'AES-CBC', iv: ownCopy(iv) };
    return new Uint8Array(await webcrypto.subtle.decrypt(parameters, key, encrypted));
  } catch {
    throw decryptionFailed();
  }
}

function decryptionFailed(): SeconError {
  return new SeconError('DECRYPTION_FAILED', 'The message could not be decrypted');
}
