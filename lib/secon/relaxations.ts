/**
 * Steps away from the strict profile, one switch each, all off by default. An operator sets them per endpoint; each
 * use becomes a warning that must be logged. Content encryption other than AES-256-CBC is never accepted.
 */
export interface SeconRelaxations {
  /** Accept RSAES-PKCS1-v1_5 key transport. */
  readonly pkcs1KeyTransport?: boolean;
  /** Accept sha256WithRSAEncryption signatures, of the message and of certificates. */
  readonly pkcs1Signature?: boolean;
  /** Accept a signer certificate outside its validity. */
  readonly signerValidity?: boolean;
  /** Accept a signer certificate that does not lead to a trust anchor. */
  readonly untrustedChain?: boolean;
  /** Accept a signer whose Institutionskennzeichen is not the expected one. */
  readonly foreignSignerIk?: boolean;
}

/** What was accepted although it deserves a look. */
export type SeconWarningCode =
  | 'PKCS1_KEY_TRANSPORT'
  | 'PKCS1_SIGNATURE'
  | 'SIGNER_VALIDITY'
  | 'UNTRUSTED_CHAIN'
  | 'FOREIGN_SIGNER_IK'
  /** Another IK of the same organisation signed, by the certificate list. */
  | 'SIGNER_OF_SAME_ORGANISATION'
  /** No expected IK was given, so nobody compared it. */
  | 'SIGNER_IK_NOT_COMPARED'
  /** The signing time lies more than a day away from now. */
  | 'SIGNING_TIME';

/** One warning; never holds content. */
export interface SeconWarning {
  readonly code: SeconWarningCode;
  readonly message: string;
}
