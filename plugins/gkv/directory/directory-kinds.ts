import {
  type Kostentraeger,
  mayReplaceVerzeichnis,
  parseKostentraegerVerzeichnis,
} from '../../../lib/gkv/index.ts';
import { type CertificateList, parseCertificateList } from '../../../lib/secon/index.ts';

const MINIMUM_PERCENT = 80;

/** The directory of the insurers, read. @throws GkvMessageError when it cannot be used */
export function readVerzeichnis(content: Buffer): readonly Kostentraeger[] {
  return parseKostentraegerVerzeichnis(content).eintraege;
}

/** The certificates of the clearing points, read. @throws TypeError when there is none */
export function readZertifikate(content: Buffer): CertificateList {
  const list = parseCertificateList(content.toString('latin1'));
  if (list.certificates.length === 0) throw new TypeError('The list has no usable certificate');
  return list;
}

/** Whether a new directory may take the place of the one in use without a person's consent. */
export function mayReplaceDirectory(current: Buffer, candidate: Buffer): boolean {
  return mayReplaceVerzeichnis(
    readVerzeichnis(current),
    readVerzeichnis(candidate),
    MINIMUM_PERCENT,
  ).allowed;
}

/** The same rule for certificates, counted by institution: a truncated list must not stop billing. */
export function mayReplaceCertificates(current: Buffer, candidate: Buffer): boolean {
  const iks = (content: Buffer) =>
    new Set(readZertifikate(content).certificates.flatMap(({ ik }) => ik ?? []));
  const known = iks(current);
  const offered = iks(candidate);
  const kept = [...known].filter((ik) => offered.has(ik)).length;
  return kept * 100 >= known.size * MINIMUM_PERCENT;
}
