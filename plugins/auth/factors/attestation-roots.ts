import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SettingsService } from '@simplewebauthn/server';
import { authError } from '../errors.ts';

const FORMATS = ['packed', 'tpm', 'android-key', 'apple', 'fido-u2f'] as const;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Trusts the makers of passkey devices that attest themselves with certificates below those of a file, and no others.
 * @throws FhirError `AUTH_ATTESTATION_ROOTS`
 */
export async function trustAttestationRoots(path: string): Promise<void> {
  try {
    const certificates = (await readFile(path, 'utf8')).match(PEM) ?? [];
    if (certificates.length === 0) throw new TypeError('it holds no certificate');
    for (const pem of certificates) new X509Certificate(pem);
    for (const identifier of FORMATS) {
      SettingsService.setRootCertificates({ identifier, certificates });
    }
  } catch (cause) {
    const reason = cause instanceof TypeError ? cause.message : 'no PEM file that can be read';
    throw authError('AUTH_ATTESTATION_ROOTS', { path, reason }, { cause });
  }
}
