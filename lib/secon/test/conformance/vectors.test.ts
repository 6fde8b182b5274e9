import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { NO_OFFICIAL_DATA, skipNote } from '../../../../test/support/skip-note.ts';
import {
  currentCertificate,
  decryptAndVerify,
  loadIdentity,
  parseCertificateList,
  parseCertificates,
  type SeconErrorCode,
} from '../../index.ts';
import { gkvData, hasGkvData } from '../support/shared-data.ts';
import { NOW } from '../support/test-identities.ts';

interface Vector {
  readonly file: string;
  readonly recipient: string;
  readonly signer?: string;
  readonly plain?: string;
}

const REFUSALS: Readonly<Record<string, SeconErrorCode>> = {
  'neg-aes128.cms': 'ALGORITHM_REFUSED',
  'neg-rsa15-keytransport.cms': 'ALGORITHM_REFUSED',
  'neg-pkcs1v15-signature.cms': 'ALGORITHM_REFUSED',
  'neg-unsigned.cms': 'UNSIGNED',
  'neg-tampered-content.cms': 'DIGEST_MISMATCH',
  'neg-wrong-recipient.cms': 'WRONG_RECIPIENT',
  'neg-expired-signer.cms': 'SIGNER_EXPIRED',
};
const IKS: Readonly<Record<string, string>> = { annahme: '333333333', hersteller: '123456789' };

const read = (file: string): Buffer => readFileSync(join(gkvData, 'vectors', 'secon', file));
const vectors: readonly Vector[] = hasGkvData
  ? (JSON.parse(read('expected.json').toString('utf8')) as { open: Vector[] }).open
  : [];
const note = skipNote(hasGkvData ? undefined : NO_OFFICIAL_DATA);
const maybe = hasGkvData ? describe : describe.skip;

maybe(`SECON vectors of openssl and the reference tool${note}`, () => {
  const open = (vector: Vector, relaxations = {}) =>
    decryptAndVerify(read(vector.file), {
      identities: [
        loadIdentity({
          privateKeyPem: read(`${vector.recipient}.key`).toString('utf8'),
          certificates: read(`${vector.recipient}.crt`).toString('utf8'),
        }),
      ],
      trustAnchors: parseCertificates(read('root.crt').toString('utf8')),
      knownCertificates: parseCertificates(read('ca.crt').toString('utf8')),
      expectedSigner: { ik: IKS[vector.signer ?? 'annahme'] ?? '' },
      now: NOW,
      relaxations,
    });

  test('there are as many as expected', () => {
    expect(vectors).toHaveLength(12);
    expect(vectors.filter(({ plain }) => plain === undefined).map(({ file }) => file)).toEqual(
      Object.keys(REFUSALS),
    );
  });

  for (const vector of vectors) {
    const { plain, file } = vector;
    if (plain !== undefined) {
      test(`${file} opens`, async () => {
        expect(Buffer.from((await open(vector)).content).equals(read(plain))).toBe(true);
      });
    } else {
      test(`${file} is refused with ${REFUSALS[file]}`, async () => {
        await expect(open(vector)).rejects.toMatchObject({ code: REFUSALS[file] });
      });
    }
  }

  test.each([
    ['neg-rsa15-keytransport.cms', { pkcs1KeyTransport: true }, 'PKCS1_KEY_TRANSPORT'],
    ['neg-pkcs1v15-signature.cms', { pkcs1Signature: true }, 'PKCS1_SIGNATURE'],
    ['neg-expired-signer.cms', { signerValidity: true }, 'SIGNER_VALIDITY'],
  ])('%s opens with its relaxation and a warning', async (file, relaxations, code) => {
    const { warnings } = await open({ file, recipient: 'hersteller' }, relaxations);
    expect(warnings.map((warning) => warning.code)).toContain(code);
  });

  test('the synthetic certificate list gives the current certificate', () => {
    const list = parseCertificateList(read('annahme-test-rsa4096.key').toString('utf8'));
    expect(list.certificates).toHaveLength(2);
    expect(currentCertificate(list, '333333333', NOW)?.notAfter).toBeGreaterThan(NOW);
  });
});
