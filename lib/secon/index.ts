export {
  isCurrent,
  parseCertificate,
  parseCertificates,
  type SeconCertificate,
} from './certificate.ts';
export { type ChainContext, verifyChain } from './certificate-chain.ts';
export {
  type CertificateList,
  type CertificateListWarning,
  certificatesOf,
  currentCertificate,
  parseCertificateList,
} from './certificate-list.ts';
export {
  type DecryptAndVerifyOptions,
  decryptAndVerify,
  type VerifiedMessage,
} from './decrypt-and-verify.ts';
export {
  type IdentityFiles,
  loadIdentity,
  parsePkcs7Chain,
  type SeconIdentity,
} from './identity.ts';
export type { SeconRelaxations, SeconWarning, SeconWarningCode } from './relaxations.ts';
export { SeconError, type SeconErrorCode } from './secon-error.ts';
export { type SignAndEncryptOptions, signAndEncrypt } from './sign-and-encrypt.ts';
export type { ExpectedSigner } from './signer-identity.ts';
