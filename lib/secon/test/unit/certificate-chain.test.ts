import { beforeAll, describe, expect, test } from '@jest/globals';
import { type SeconIdentity, verifyChain } from '../../index.ts';
import { certify, NOW, rsaKey } from '../support/test-identities.ts';

const YEAR = 365 * 86_400_000;

describe('RFC 5280 section 6: chain of a signer certificate', () => {
  let root: SeconIdentity;
  let ca: SeconIdentity;
  let leaf: SeconIdentity;
  let notCa: SeconIdentity;
  let belowLeaf: SeconIdentity;
  let expiredCa: SeconIdentity;
  let belowExpired: SeconIdentity;
  let homonym: SeconIdentity;
  beforeAll(async () => {
    const key = await rsaKey(3072);
    const otherKey = await rsaKey(3072);
    root = await certify({ units: ['Root'], key, serial: 1, ca: true });
    ca = await certify({ units: ['Ca'], key, serial: 2, ca: true, issuer: root });
    leaf = await certify({ units: ['Leaf', 'IK999999994'], key, serial: 3, issuer: ca });
    notCa = await certify({ units: ['Not a CA'], key, serial: 4, issuer: root });
    belowLeaf = await certify({ units: ['Below'], key, serial: 5, issuer: notCa });
    expiredCa = await certify({
      units: ['Old'],
      key,
      serial: 6,
      ca: true,
      issuer: root,
      notBefore: NOW - 3 * YEAR,
      notAfter: NOW - YEAR,
    });
    belowExpired = await certify({ units: ['Below old'], key, serial: 7, issuer: expiredCa });
    homonym = await certify({ units: ['Root'], key: otherKey, serial: 1, ca: true });
  }, 60_000);

  const judge =
    (signer: SeconIdentity, anchors: SeconIdentity[], intermediates: SeconIdentity[]) => () =>
      verifyChain(signer.certificate, {
        trustAnchors: anchors.map(({ certificate }) => certificate),
        intermediates: intermediates.map(({ certificate }) => certificate),
        now: NOW,
      });

  test('leads over an intermediate to the root', () => {
    expect(judge(leaf, [root], [ca])).not.toThrow();
  });

  test('takes an issuing certificate or the certificate itself as anchor', () => {
    expect(judge(leaf, [ca], [])).not.toThrow();
    expect(judge(leaf, [leaf], [])).not.toThrow();
  });

  const untrusted = { code: 'CHAIN_UNTRUSTED' };

  test('refuses a missing link, no anchors, and an anchor of the same name with another key', () => {
    expect(judge(leaf, [root], [])).toThrow(expect.objectContaining(untrusted));
    expect(judge(leaf, [], [ca, root])).toThrow(expect.objectContaining(untrusted));
    expect(judge(leaf, [homonym], [ca])).toThrow(expect.objectContaining(untrusted));
  });

  test('refuses an issuer that is no certification authority', () => {
    expect(judge(belowLeaf, [root], [notCa])).toThrow(expect.objectContaining(untrusted));
  });

  test('refuses an expired issuer', () => {
    expect(judge(belowExpired, [root], [expiredCa])).toThrow(expect.objectContaining(untrusted));
  });

  test('many certificates that sign each other are tried once each', async () => {
    const key = root.privateKey;
    const ring = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        certify({ units: ['Ring'], key, serial: 100 + index, ca: true }),
      ),
    );
    const [first] = ring;
    if (first === undefined) throw new TypeError('no ring');
    const below = await certify({ units: ['Below'], key, serial: 99, issuer: first });
    expect(judge(below, [homonym], ring)).toThrow(expect.objectContaining(untrusted));
  }, 5_000);
});
