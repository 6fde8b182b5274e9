import { ObjectIdentifier, OctetString, UTCTime } from 'asn1js';
import { Attribute, SignedAndUnsignedAttributes, type SignerInfo } from 'pkijs';
import { ownCopy } from './ber.ts';
import { oid } from './oids.ts';
import { SeconError } from './secon-error.ts';

/** The three signed attributes that a SECON signature bears. */
export interface SignedAttributeValues {
  /** SHA-256 of the content. */
  readonly messageDigest: Uint8Array;
  /** Milliseconds since 1970. */
  readonly signingTime: number;
}

/**
 * Builds contentType, messageDigest and signingTime, in the order that DER demands of a SET OF, with the bytes to
 * sign in `encodedValue`.
 * @see RFC 5652 section 5.4
 */
export function buildSignedAttributes(values: SignedAttributeValues): SignedAndUnsignedAttributes {
  const attributes = [
    attribute(oid.contentType, new ObjectIdentifier({ value: oid.data })),
    attribute(oid.messageDigest, new OctetString({ valueHex: values.messageDigest })),
    attribute(oid.signingTime, new UTCTime({ valueDate: new Date(values.signingTime) })),
  ];
  const sorted = attributes
    .map((entry) => ({ entry, der: Buffer.from(entry.toSchema().toBER()) }))
    .sort((left, right) => Buffer.compare(left.der, right.der))
    .map(({ entry }) => entry);
  const built = new SignedAndUnsignedAttributes({ type: 0, attributes: sorted });
  built.encodedValue = asSetOf(built.toSchema().toBER());
  return built;
}

/**
 * Reads the signed attributes of a signer.
 * @throws SeconError STRUCTURE_REFUSED when one is missing, doubled or of another type
 */
export function readSignedAttributes(signer: SignerInfo): SignedAttributeValues & {
  readonly contentType: string;
  /** The bytes that were signed. */
  readonly signedBytes: Uint8Array<ArrayBuffer>;
} {
  const signed = signer.signedAttrs;
  if (signed === undefined) {
    throw new SeconError('STRUCTURE_REFUSED', 'The signature has no signed attributes');
  }
  const contentType = single(signed, oid.contentType);
  const digest = single(signed, oid.messageDigest);
  const time = single(signed, oid.signingTime);
  if (!(contentType instanceof ObjectIdentifier) || !(digest instanceof OctetString)) {
    throw new SeconError('STRUCTURE_REFUSED', 'A signed attribute has the wrong type');
  }
  if (!(time instanceof UTCTime)) {
    throw new SeconError('STRUCTURE_REFUSED', 'signingTime is no UTCTime');
  }
  return {
    contentType: contentType.getValue(),
    messageDigest: new Uint8Array(digest.getValue()),
    signingTime: time.toDate().getTime(),
    signedBytes: ownCopy(new Uint8Array(signed.encodedValue)),
  };
}

/** Values of CMSAlgorithmProtection, when the signer sent it. @see RFC 6211 */
export function algorithmProtection(signer: SignerInfo): unknown {
  const present = signer.signedAttrs?.attributes.some(
    (entry) => entry.type === oid.cmsAlgorithmProtection,
  );
  return present === true && signer.signedAttrs !== undefined
    ? single(signer.signedAttrs, oid.cmsAlgorithmProtection)
    : undefined;
}

function attribute(type: string, value: unknown): Attribute {
  return new Attribute({ type, values: [value] });
}

function single(signed: SignedAndUnsignedAttributes, type: string): unknown {
  const found = signed.attributes.filter((entry) => entry.type === type);
  const values: readonly unknown[] = found[0]?.values ?? [];
  if (found.length !== 1 || values.length !== 1) {
    throw new SeconError('STRUCTURE_REFUSED', `Signed attribute ${type} is not there exactly once`);
  }
  return values[0];
}

/** The attributes are stored under [0] but hashed as SET OF: only the tag byte differs. */
function asSetOf(der: ArrayBuffer): ArrayBuffer {
  const copy = ownCopy(new Uint8Array(der));
  copy[0] = 0x31;
  return copy.buffer;
}
