import type { SeconCertificate } from './certificate.ts';
import { verifyChain } from './certificate-chain.ts';
import { readEnvelopedData } from './enveloped-data-reader.ts';
import type { SeconIdentity } from './identity.ts';
import type { SeconRelaxations, SeconWarning } from './relaxations.ts';
import { SeconError } from './secon-error.ts';
import { readSignedData } from './signed-data-reader.ts';
import { type ExpectedSigner, judgeSignerIk } from './signer-identity.ts';

/** What a received message is judged by. */
export interface DecryptAndVerifyOptions {
  /** Our identities; several while a certificate is being replaced. */
  readonly identities: readonly SeconIdentity[];
  /** Roots (or issuing certificates) of the trust center. */
  readonly trustAnchors: readonly SeconCertificate[];
  /** Further certificates for paths to an anchor, and for signers that did not send theirs. */
  readonly knownCertificates?: readonly SeconCertificate[];
  readonly expectedSigner?: ExpectedSigner;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly relaxations?: SeconRelaxations;
  /** Longest accepted message in bytes; 8 MiB unless told. */
  readonly maxBytes?: number;
}

/** Content of a message that passed every check. */
export interface VerifiedMessage {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly signerCertificate: SeconCertificate;
  /** Institutionskennzeichen of the signer, nine digits. */
  readonly signerIk: string | undefined;
  /** As the signer states it, milliseconds since 1970. */
  readonly signingTime: number;
  /** The identity the message was encrypted for. */
  readonly recipient: SeconIdentity;
  /** To be logged: relaxations that were used and oddities that were accepted. */
  readonly warnings: readonly SeconWarning[];
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const DAY = 86_400_000;

/**
 * Opens a SECON message: decrypts, verifies digest and signature, validity, chain and IK of the signer.
 * @throws SeconError with the code of the first check that fails
 * @see GKV-Datenaustausch Anlage 16 (Security-Schnittstelle SECON)
 */
export async function decryptAndVerify(
  cms: Uint8Array,
  options: DecryptAndVerifyOptions,
): Promise<VerifiedMessage> {
  const { now, relaxations = {}, maxBytes = DEFAULT_MAX_BYTES, knownCertificates = [] } = options;
  if (cms.byteLength > maxBytes) {
    throw new SeconError('TOO_LARGE', `The message is longer than ${maxBytes} bytes`);
  }
  const envelope = await readEnvelopedData(cms, options.identities, relaxations);
  const signed = await readSignedData(envelope.content, knownCertificates, relaxations);
  const signer = signed.signerCertificate;
  const warnings = [
    ...envelope.warnings,
    ...signed.warnings,
    ...judgeValidity(signer, now, relaxations),
    ...judgeChain(signer, [...signed.certificates, ...knownCertificates], options),
    ...judgeSignerIk(signer, options.expectedSigner ?? {}, relaxations),
    ...judgeSigningTime(signed.signingTime, now),
  ];
  return {
    content: signed.content,
    signerCertificate: signer,
    signerIk: signer.ik,
    signingTime: signed.signingTime,
    recipient: envelope.recipient,
    warnings,
  };
}

function judgeValidity(
  signer: SeconCertificate,
  now: number,
  relaxations: SeconRelaxations,
): readonly SeconWarning[] {
  const error =
    now > signer.notAfter
      ? new SeconError('SIGNER_EXPIRED', 'The signer certificate has expired')
      : now < signer.notBefore
        ? new SeconError('SIGNER_NOT_YET_VALID', 'The signer certificate is not valid yet')
        : undefined;
  if (error === undefined) return [];
  if (relaxations.signerValidity !== true) throw error;
  return [{ code: 'SIGNER_VALIDITY', message: error.message }];
}

function judgeChain(
  signer: SeconCertificate,
  intermediates: readonly SeconCertificate[],
  options: DecryptAndVerifyOptions,
): readonly SeconWarning[] {
  try {
    verifyChain(signer, {
      trustAnchors: options.trustAnchors,
      intermediates,
      now: options.now,
      allowPkcs1: options.relaxations?.pkcs1Signature === true,
    });
    return [];
  } catch (error) {
    if (!(error instanceof SeconError) || options.relaxations?.untrustedChain !== true) throw error;
    return [{ code: 'UNTRUSTED_CHAIN', message: error.message }];
  }
}

function judgeSigningTime(signingTime: number, now: number): readonly SeconWarning[] {
  if (Math.abs(signingTime - now) <= DAY) return [];
  return [{ code: 'SIGNING_TIME', message: 'The signing time is more than a day away from now' }];
}
