import { isCurrent, type SeconCertificate } from './certificate.ts';
import { writeEnvelopedData } from './enveloped-data-writer.ts';
import type { SeconIdentity } from './identity.ts';
import { SeconError } from './secon-error.ts';
import { writeSignedData } from './signed-data-writer.ts';

/** Who sends to whom, and when. */
export interface SignAndEncryptOptions {
  readonly identity: SeconIdentity;
  /** Certificate of the clearing point (`IK_Abrechnungsstelle`). */
  readonly recipient: SeconCertificate;
  /** Milliseconds since 1970. */
  readonly signingTime: number;
}

/**
 * Turns an XML document into a SECON message: signed, then encrypted.
 * @returns DER bytes for the part `nutzdaten`
 * @throws SeconError STRUCTURE_REFUSED for empty content, KEY_TOO_SMALL, SIGNER_EXPIRED, SIGNER_NOT_YET_VALID, RECIPIENT_EXPIRED
 * @see GKV-Datenaustausch Anlage 16 (Security-Schnittstelle SECON)
 */
export async function signAndEncrypt(
  xml: Uint8Array,
  { identity, recipient, signingTime }: SignAndEncryptOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (xml.byteLength === 0) {
    throw new SeconError('STRUCTURE_REFUSED', 'There is nothing to sign');
  }
  if (signingTime > identity.certificate.notAfter) {
    throw new SeconError('SIGNER_EXPIRED', 'Our certificate has expired');
  }
  if (signingTime < identity.certificate.notBefore) {
    throw new SeconError('SIGNER_NOT_YET_VALID', 'Our certificate is not valid yet');
  }
  if (!isCurrent(recipient, signingTime)) {
    throw new SeconError('RECIPIENT_EXPIRED', "The recipient's certificate is not valid now");
  }
  return writeEnvelopedData(await writeSignedData(xml, identity, signingTime), recipient);
}
