import { isCurrent, parseCertificate, type SeconCertificate } from './certificate.ts';
import { SeconError } from './secon-error.ts';

/** Certificates of the clearing points as the ITSG Trust Center publishes them. */
export interface CertificateList {
  /** Every readable certificate with an IK, in the order of the file. */
  readonly certificates: readonly SeconCertificate[];
  /** What was skipped, by number of the block (from 1). */
  readonly warnings: readonly CertificateListWarning[];
}

/** A block of the list that was left out. */
export interface CertificateListWarning {
  readonly block: number;
  readonly code: 'UNREADABLE' | 'WITHOUT_IK';
}

const MAX_LIST_CHARACTERS = 64 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

/**
 * Reads `annahme-rsa4096.key`: base64 DER without PEM markers, certificates separated by an empty line.
 * A block that is unreadable or has no IK is skipped with a warning, as one bad entry must not stop billing.
 * @throws SeconError TOO_LARGE over 64 MiB
 */
export function parseCertificateList(text: string): CertificateList {
  if (text.length > MAX_LIST_CHARACTERS) {
    throw new SeconError('TOO_LARGE', 'The certificate list is longer than 64 MiB');
  }
  const certificates: SeconCertificate[] = [];
  const warnings: CertificateListWarning[] = [];
  const blocks = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n[ \t]*(?:\r?\n[ \t]*)+/)
    .filter((block) => block.trim() !== '');
  for (const [index, block] of blocks.entries()) {
    const certificate = readBlock(block);
    if (certificate === undefined) warnings.push({ block: index + 1, code: 'UNREADABLE' });
    else if (certificate.ik === undefined) warnings.push({ block: index + 1, code: 'WITHOUT_IK' });
    else certificates.push(certificate);
  }
  return { certificates, warnings };
}

/**
 * The certificate to encrypt with for an institution: the one valid at `now` that ends last.
 * @param now milliseconds since 1970
 */
export function currentCertificate(
  list: CertificateList,
  ik: string,
  now: number,
): SeconCertificate | undefined {
  return list.certificates
    .filter((certificate) => certificate.ik === ik && isCurrent(certificate, now))
    .sort((left, right) => right.notAfter - left.notAfter)[0];
}

/** Every certificate of an institution, expired ones included: older answers were signed with older keys. */
export function certificatesOf(list: CertificateList, ik: string): readonly SeconCertificate[] {
  return list.certificates.filter((certificate) => certificate.ik === ik);
}

function readBlock(block: string): SeconCertificate | undefined {
  if (!BASE64.test(block)) return undefined;
  try {
    return parseCertificate(new Uint8Array(Buffer.from(block, 'base64')));
  } catch (error) {
    if (error instanceof SeconError) return undefined;
    throw error;
  }
}
