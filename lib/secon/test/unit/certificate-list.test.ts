import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type CertificateList,
  certificatesOf,
  currentCertificate,
  parseCertificateList,
  type SeconIdentity,
} from '../../index.ts';
import { certify, NOW, rsaKey } from '../support/test-identities.ts';

const YEAR = 365 * 86_400_000;

function base64Lines({ certificate }: SeconIdentity): string {
  return (
    Buffer.from(certificate.der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n');
}

describe('ITSG certificate list', () => {
  let text = '';
  let list: CertificateList;
  beforeAll(async () => {
    const key = await rsaKey(3072);
    const units = ['Annahmestelle', 'IK660000009'];
    const entries = await Promise.all([
      certify({ units, key, serial: 1, notAfter: NOW + YEAR }),
      certify({ units, key, serial: 2, notAfter: NOW + 2 * YEAR }),
      certify({ units, key, serial: 3, notBefore: NOW - 3 * YEAR, notAfter: NOW - YEAR }),
      certify({ units, key, serial: 4, notBefore: NOW + YEAR, notAfter: NOW + 5 * YEAR }),
      certify({ units: ['Ohne Kennzeichen'], key, serial: 5 }),
    ]);
    text = [...entries.map(base64Lines), 'QUJD', 'not base64!'].join('\n\n');
    list = parseCertificateList(text);
  }, 60_000);

  test('keeps every certificate with an IK and names what it skips', () => {
    expect(list.certificates.map(({ serialNumber }) => serialNumber)).toEqual(['1', '2', '3', '4']);
    expect(list.warnings).toEqual([
      { block: 5, code: 'WITHOUT_IK' },
      { block: 6, code: 'UNREADABLE' },
      { block: 7, code: 'UNREADABLE' },
    ]);
  });

  test('chooses the valid certificate that ends last', () => {
    expect(currentCertificate(list, '660000009', NOW)?.serialNumber).toBe('2');
    expect(currentCertificate(list, '660000009', NOW - 2 * YEAR)?.serialNumber).toBe('3');
    expect(currentCertificate(list, '660000009', NOW + 10 * YEAR)).toBeUndefined();
    expect(currentCertificate(list, '660000018', NOW)).toBeUndefined();
  });

  test('hands out older certificates too', () => {
    expect(certificatesOf(list, '660000009')).toHaveLength(4);
  });

  test('reads CRLF, several empty lines and a byte order mark', () => {
    const other = `\uFEFF${text.replaceAll('\n\n', '\n\n\n').replaceAll('\n', '\r\n')}\r\n`;
    expect(parseCertificateList(other).certificates).toHaveLength(4);
  });
});
