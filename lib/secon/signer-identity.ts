import type { SeconCertificate } from './certificate.ts';
import { type CertificateList, certificatesOf } from './certificate-list.ts';
import type { SeconRelaxations, SeconWarning } from './relaxations.ts';
import { SeconError } from './secon-error.ts';

/** Who is expected to have signed. */
export interface ExpectedSigner {
  /** `IK_Abrechnungsstelle` of the addressed directory entry, nine digits. */
  readonly ik?: string;
  /** Published certificates, to recognise another IK of the same organisation. */
  readonly certificateList?: CertificateList;
}

/**
 * Compares the IK in the signer certificate with the expected one. Clearing points of one organisation sign for each
 * other; that is accepted with a warning when the published list shows the relation.
 * @throws SeconError IK_MISMATCH
 */
export function judgeSignerIk(
  signer: SeconCertificate,
  expected: ExpectedSigner,
  relaxations: SeconRelaxations,
): readonly SeconWarning[] {
  if (expected.ik === undefined) {
    return [{ code: 'SIGNER_IK_NOT_COMPARED', message: 'No expected signer IK was given' }];
  }
  if (signer.ik === expected.ik) return [];
  if (isOfSameOrganisation(signer, expected.ik, expected.certificateList)) {
    const message = `IK ${signer.ik ?? 'none'} of the same organisation signed for ${expected.ik}`;
    return [{ code: 'SIGNER_OF_SAME_ORGANISATION', message }];
  }
  const message = `The signer has IK ${signer.ik ?? 'none'}, expected was ${expected.ik}`;
  if (relaxations.foreignSignerIk === true) return [{ code: 'FOREIGN_SIGNER_IK', message }];
  throw new SeconError('IK_MISMATCH', message);
}

function isOfSameOrganisation(
  signer: SeconCertificate,
  ik: string,
  list: CertificateList | undefined,
): boolean {
  if (list === undefined || signer.organisation === undefined || signer.ik === undefined) {
    return false;
  }
  return certificatesOf(list, ik).some(
    (certificate) => certificate.organisation === signer.organisation,
  );
}
