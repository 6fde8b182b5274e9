/** Why a SECON message, certificate or identity was refused. The codes are stable; callers may switch on them. */
export type SeconErrorCode =
  /** The bytes are no BER/DER `ContentInfo`, or no EnvelopedData. */
  | 'NOT_CMS'
  /** Well-formed CMS whose shape is outside the SECON profile. */
  | 'STRUCTURE_REFUSED'
  /** Longer than the reader's limit, or with more ASN.1 elements. */
  | 'TOO_LARGE'
  /** None of our identities is a recipient. */
  | 'WRONG_RECIPIENT'
  /** We are a recipient, but key or content could not be decrypted. */
  | 'DECRYPTION_FAILED'
  /** An algorithm or one of its parameters is outside the profile. */
  | 'ALGORITHM_REFUSED'
  /** An RSA key shorter than the profile allows. */
  | 'KEY_TOO_SMALL'
  /** The decrypted content is no SignedData, or bears no signature. */
  | 'UNSIGNED'
  /** The certificate of the signer is neither in the message nor known. */
  | 'SIGNER_UNKNOWN'
  | 'SIGNATURE_INVALID'
  | 'DIGEST_MISMATCH'
  | 'SIGNER_EXPIRED'
  | 'SIGNER_NOT_YET_VALID'
  | 'CHAIN_UNTRUSTED'
  /** The signer's Institutionskennzeichen is not the expected one. */
  | 'IK_MISMATCH'
  | 'RECIPIENT_EXPIRED'
  | 'CERTIFICATE_INVALID'
  | 'IDENTITY_INVALID';

/** A refusal with a stable code. The text never holds content, keys or the name of a person. */
export class SeconError extends Error {
  override readonly name = 'SeconError';
  readonly code: SeconErrorCode;

  constructor(code: SeconErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
