import { webcrypto } from 'node:crypto';
import { OctetString } from 'asn1js';
import {
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedData,
  SignerInfo,
} from 'pkijs';
import { PSS_SALT_LENGTH, pssIdentifier, sha256Identifier } from './algorithm-profile.ts';
import { ownCopy } from './ber.ts';
import type { SeconIdentity } from './identity.ts';
import { oid } from './oids.ts';
import { buildSignedAttributes } from './signed-attributes.ts';

/**
 * Signs content as SECON demands: SignedData version 1 with the content inside, one signer, RSASSA-PSS, the signer's
 * certificate and nothing else.
 * @param signingTime milliseconds since 1970
 * @returns DER of the ContentInfo
 * @see RFC 5652 section 5
 */
export async function writeSignedData(
  content: Uint8Array,
  identity: SeconIdentity,
  signingTime: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = ownCopy(content);
  const messageDigest = new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes));
  const signedAttrs = buildSignedAttributes({ messageDigest, signingTime });
  const signature = await sign(new Uint8Array(signedAttrs.encodedValue), identity);

  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: oid.data });
  // Set afterwards: the constructor would cut the content into a constructed octet string, which is BER, not DER.
  encapContentInfo.eContent = new OctetString({ valueHex: bytes });
  const certificate = identity.certificate.asn1;
  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: [sha256Identifier()],
    encapContentInfo,
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({
          issuer: certificate.issuer,
          serialNumber: certificate.serialNumber,
        }),
        digestAlgorithm: sha256Identifier(),
        signedAttrs,
        signatureAlgorithm: pssIdentifier(),
        signature: new OctetString({ valueHex: signature }),
      }),
    ],
  });
  const contentInfo = new ContentInfo({
    contentType: oid.signedData,
    content: signedData.toSchema(true),
  });
  return ownCopy(new Uint8Array(contentInfo.toSchema().toBER()));
}

async function sign(bytes: Uint8Array, identity: SeconIdentity): Promise<ArrayBuffer> {
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const key = identity.privateKey.toCryptoKey(algorithm, false, ['sign']);
  return webcrypto.subtle.sign(
    { name: 'RSA-PSS', saltLength: PSS_SALT_LENGTH },
    key,
    ownCopy(bytes),
  );
}
