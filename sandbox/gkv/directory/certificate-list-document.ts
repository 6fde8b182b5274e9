import type { SeconCertificate } from '../../../lib/secon/index.ts';

/** Writes certificates as the trust center publishes them: base64 lines of 64 characters, an empty line between. */
export function certificateListDocument(certificates: readonly SeconCertificate[]): string {
  return certificates
    .map(
      ({ der }) =>
        `${(
          Buffer.from(der)
            .toString('base64')
            .match(/.{1,64}/g) ?? []
        ).join('\n')}\n`,
    )
    .join('\n');
}
