import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DecryptAndVerifyOptions,
  decryptAndVerify,
  loadIdentity,
  parseCertificateList,
  SeconError,
  signAndEncrypt,
} from '../../index.ts';
import { encodePem } from '../../pem.ts';
import { readSignedData } from '../../signed-data-reader.ts';
import { writeSignedData } from '../../signed-data-writer.ts';
import { certify, NOW, testParties } from '../support/test-identities.ts';

type Parties = Awaited<ReturnType<typeof testParties>>;

describe('SECON: sign, encrypt, decrypt, verify', () => {
  let parties: Parties;
  let message: Uint8Array;
  const content = new TextEncoder().encode('<Rechnung>Grüße</Rechnung>');
  beforeAll(async () => {
    parties = await testParties();
    message = await seal(content);
  }, 60_000);

  const seal = (bytes: Uint8Array) =>
    signAndEncrypt(bytes, {
      identity: parties.hersteller,
      recipient: parties.annahme.certificate,
      signingTime: NOW,
    });
  const open = (cms: Uint8Array, more: Partial<DecryptAndVerifyOptions> = {}) =>
    decryptAndVerify(cms, {
      identities: [parties.annahme],
      trustAnchors: [parties.root.certificate],
      expectedSigner: { ik: '999999994' },
      now: NOW,
      ...more,
    });

  test('gives back the content, the signer and the signing time, without warnings', async () => {
    const opened = await open(message);
    expect(Buffer.from(opened.content).equals(Buffer.from(content))).toBe(true);
    expect(opened).toMatchObject({ signerIk: '999999994', signingTime: NOW, warnings: [] });
    expect(opened.recipient).toBe(parties.annahme);
  });

  test('carries any bytes but none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (bytes) => {
        expect(Buffer.from((await open(await seal(bytes))).content)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 15 },
    );
    await expect(seal(new Uint8Array())).rejects.toMatchObject({ code: 'STRUCTURE_REFUSED' });
  });

  test('finds the right one of several identities', async () => {
    const opened = await open(message, { identities: [parties.hersteller, parties.annahme] });
    expect(opened.recipient).toBe(parties.annahme);
  });

  test.each<[string, () => Partial<DecryptAndVerifyOptions>]>([
    ['WRONG_RECIPIENT', () => ({ identities: [parties.hersteller] })],
    ['CHAIN_UNTRUSTED', () => ({ trustAnchors: [] })],
    ['SIGNER_EXPIRED', () => ({ now: NOW + 2 * 365 * 86_400_000 })],
    ['SIGNER_NOT_YET_VALID', () => ({ now: NOW - 2 * 365 * 86_400_000 })],
    ['IK_MISMATCH', () => ({ expectedSigner: { ik: '999999983' } })],
    ['TOO_LARGE', () => ({ maxBytes: 100 })],
  ])('refuses with %s', async (code, options) => {
    await expect(open(message, options())).rejects.toMatchObject({ name: 'SeconError', code });
  });

  test('relaxations turn refusals into warnings', async () => {
    const opened = await open(message, {
      trustAnchors: [],
      now: NOW + 2 * 365 * 86_400_000,
      expectedSigner: { ik: '999999983' },
      relaxations: { untrustedChain: true, signerValidity: true, foreignSignerIk: true },
    });
    expect(opened.warnings.map(({ code }) => code)).toEqual([
      'SIGNER_VALIDITY',
      'UNTRUSTED_CHAIN',
      'FOREIGN_SIGNER_IK',
      'SIGNING_TIME',
    ]);
  });

  test('accepts another IK of the same organisation by the certificate list, with a warning', async () => {
    const sibling = await certify({
      units: ['Beispiel GmbH', 'IK999999983'],
      key: parties.hersteller.privateKey,
      serial: 77,
      issuer: parties.root,
    });
    const certificateList = parseCertificateList(
      Buffer.from(sibling.certificate.der).toString('base64'),
    );
    const opened = await open(message, { expectedSigner: { ik: '999999983', certificateList } });
    expect(opened.warnings.map(({ code }) => code)).toEqual(['SIGNER_OF_SAME_ORGANISATION']);
  });

  test('a signature under a certificate of the same name and serial but another key does not hold', async () => {
    const impostor = await certify({
      units: ['Beispiel GmbH', 'IK999999994'],
      key: parties.annahme.privateKey,
      serial: 0x123456,
      issuer: parties.root,
    });
    const forged = await signAndEncrypt(content, {
      identity: { certificate: parties.hersteller.certificate, privateKey: impostor.privateKey },
      recipient: parties.annahme.certificate,
      signingTime: NOW,
    });
    await expect(open(forged)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  test('does not write for a short key, an expired certificate, or with one', async () => {
    const recipient = parties.hersteller.certificate;
    const options = { identity: parties.hersteller, recipient, signingTime: NOW };
    await expect(signAndEncrypt(content, options)).rejects.toMatchObject({ code: 'KEY_TOO_SMALL' });
    const later = NOW + 2 * 365 * 86_400_000;
    await expect(signAndEncrypt(content, { ...options, signingTime: later })).rejects.toMatchObject(
      { code: 'SIGNER_EXPIRED' },
    );
    const old = await certify({
      units: ['Alt'],
      key: parties.annahme.privateKey,
      serial: 9,
      notBefore: NOW - 2000,
      notAfter: NOW - 1000,
    });
    await expect(
      signAndEncrypt(content, { ...options, recipient: old.certificate }),
    ).rejects.toMatchObject({ code: 'RECIPIENT_EXPIRED' });
  });

  test('any bytes, and any damage to a message, end in a SeconError or in the same content', async () => {
    const judge = async (cms: Uint8Array) => {
      try {
        expect(Buffer.from((await open(cms)).content)).toEqual(Buffer.from(content));
      } catch (error) {
        expect(error).toBeInstanceOf(SeconError);
      }
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), judge), { numRuns: 200 });
    await fc.assert(
      fc.asyncProperty(fc.nat(message.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Uint8Array.from(message);
        damaged[at] = byte;
        await judge(damaged);
      }),
      { numRuns: 300 },
    );
    await judge(message.subarray(0, message.length - 1));
    await judge(Buffer.concat([message, Buffer.from([0])]));
    // 5,000 nested sequences: the parser must give up, not the stack.
    await judge(
      new Uint8Array(Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from([0x30, 0x80])))),
    );
  }, 60_000);

  test('any damage within the signed part ends in a SeconError or in the same content', async () => {
    const signed = await writeSignedData(content, parties.hersteller, NOW);
    await fc.assert(
      fc.asyncProperty(fc.nat(signed.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Uint8Array.from(signed);
        damaged[at] = byte;
        try {
          const opened = await readSignedData(damaged, [], {});
          expect(Buffer.from(opened.content)).toEqual(Buffer.from(content));
        } catch (error) {
          expect(error).toBeInstanceOf(SeconError);
        }
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  test('an identity is loaded only when key and certificate belong together', async () => {
    const privateKeyPem = parties.hersteller.privateKey
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const pem = (of: keyof Parties) => encodePem(parties[of].certificate.der, 'CERTIFICATE');
    const loaded = loadIdentity({ privateKeyPem, certificates: pem('root') + pem('hersteller') });
    expect(loaded.certificate.ik).toBe('999999994');
    expect(loaded.chain).toHaveLength(1);
    expect(() => loadIdentity({ privateKeyPem, certificates: pem('annahme') })).toThrow(
      expect.objectContaining({ code: 'IDENTITY_INVALID' }),
    );
    expect(() => loadIdentity({ privateKeyPem: 'x', certificates: pem('annahme') })).toThrow(
      expect.objectContaining({ code: 'IDENTITY_INVALID' }),
    );
  });
});
