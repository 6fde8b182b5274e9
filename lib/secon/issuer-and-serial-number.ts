import type { IssuerAndSerialNumber } from 'pkijs';
import { integerHex } from './algorithm-profile.ts';
import type { SeconCertificate } from './certificate.ts';

/** Whether a certificate is the one that issuer and serial number name. @see RFC 5652 section 10.2.4 */
export function isNamedBy(certificate: SeconCertificate, name: IssuerAndSerialNumber): boolean {
  return (
    certificate.serialNumber === integerHex(name.serialNumber) &&
    certificate.asn1.issuer.isEqual(name.issuer)
  );
}
