import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFrontier, peaksOf } from '../../../src/audit/seal/frontier.ts';
import { EMPTY_ROOT, leafHash } from '../../../src/audit/seal/hash.ts';
import {
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
} from '../../../src/audit/seal/proof-ranges.ts';
import { verifyConsistency, verifyInclusion } from '../../../src/audit/seal/verify-proof.ts';

/** The leaves that the tests of Certificate Transparency use. @see https://github.com/google/certificate-transparency */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

/** Roots of the trees of their first one, two … eight. */
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** The definitions of RFC 6962, section 2.1, word for word: the second opinion. */
const sha = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);
function mth(d: readonly Buffer[]): Buffer {
  if (d.length === 0) return sha();
  if (d.length === 1) return sha(Buffer.of(0), d[0]!);
  const k = split(d.length);
  return sha(Buffer.of(1), mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: readonly Buffer[]): Buffer[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...path(m, d.slice(0, k)), mth(d.slice(k))]
    : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

const treeOf = (d: readonly Buffer[]) => {
  const frontier = createFrontier();
  for (const leaf of d) frontier.push(leafHash(leaf));
  return frontier;
};
const many = (n: number): Buffer[] => Array.from({ length: n }, (_, i) => Buffer.from(`leaf ${i}`));
const over = (d: readonly Buffer[], ranges: readonly LeafRange[]): Buffer[] =>
  ranges.map(([from, to]) => mth(d.slice(from, to)));

describe('[R-209] the tree over the ledger is that of RFC 6962', () => {
  test('the empty tree', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(EMPTY_ROOT.toString('hex')).toBe(empty);
    expect(createFrontier().root().toString('hex')).toBe(empty);
  });

  test('the published roots of one to eight leaves', () => {
    const found = LEAVES.map((_, i) =>
      treeOf(LEAVES.slice(0, i + 1))
        .root()
        .toString('hex'),
    );
    expect(found).toEqual(ROOTS);
  });

  test('a published proof of inclusion: the first of eight leaves', () => {
    const hashes = over(LEAVES, inclusionRanges(0, 8)).map((hash) => hash.toString('hex'));
    expect(hashes).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  test('a published proof of consistency: six of eight leaves', () => {
    const hashes = over(LEAVES, consistencyRanges(6, 8)).map((hash) => hash.toString('hex'));
    expect(hashes).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('every proof of inclusion up to 20 leaves is that of the RFC and is accepted', () => {
    const d = many(20);
    for (let size = 1; size <= d.length; size += 1) {
      const root = mth(d.slice(0, size));
      expect(treeOf(d.slice(0, size)).root()).toEqual(root);
      for (let leaf = 0; leaf < size; leaf += 1) {
        const hashes = over(d, inclusionRanges(leaf, size));
        expect(hashes).toEqual(path(leaf, d.slice(0, size)));
        expect(verifyInclusion(leafHash(d[leaf]!), leaf, size, hashes, root)).toBe(true);
      }
    }
  });

  test('every proof of consistency up to 20 leaves is that of the RFC and is accepted', () => {
    const d = many(20);
    for (let size = 1; size <= d.length; size += 1) {
      for (let smaller = 1; smaller <= size; smaller += 1) {
        const hashes = over(d, consistencyRanges(smaller, size));
        expect(hashes).toEqual(smaller === size ? [] : subproof(smaller, d.slice(0, size), true));
        const roots = [mth(d.slice(0, smaller)), mth(d.slice(0, size))] as const;
        expect(verifyConsistency(smaller, roots[0], size, roots[1], hashes)).toBe(true);
      }
    }
  });

  test('a proof with anything changed is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), fc.nat(), (size, a, b) => {
        const d = many(size);
        const root = mth(d);
        const leaf = a % size;
        const proof = path(leaf, d);
        const wrong = proof.map((hash, i) => (i === b % proof.length ? sha(hash) : hash));
        const hash = leafHash(d[leaf]!);
        expect(verifyInclusion(hash, leaf, size, wrong, root)).toBe(false);
        expect(verifyInclusion(hash, (leaf + 1) % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(sha(hash), leaf, size, proof, root)).toBe(false);
        expect(verifyInclusion(hash, leaf, size, proof.slice(1), root)).toBe(false);
        expect(verifyInclusion(hash, leaf, size, [...proof, hash], root)).toBe(false);
        const smaller = 1 + (b % (size - 1));
        const other = mth([...d.slice(0, smaller - 1), Buffer.from('other')]);
        const shown = subproof(smaller, d, true);
        expect(verifyConsistency(smaller, other, size, root, shown)).toBe(false);
        expect(verifyConsistency(smaller, mth(d.slice(0, smaller)), size, sha(root), shown)).toBe(
          false,
        );
      }),
    );
  });

  test('a tree that goes on from its peaks is the same tree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 300 }), (a, b) => {
        const d = many(a + b);
        const peaks = peaksOf(a).map(([first, leaves]) => mth(d.slice(first, first + leaves)));
        const resumed = createFrontier(a, peaks);
        for (const leaf of d.slice(a)) resumed.push(leafHash(leaf));
        expect(resumed.root()).toEqual(treeOf(d).root());
        expect(resumed.size).toBe(a + b);
      }),
      { numRuns: 25 },
    );
  });

  test('the inner nodes that are stored are those of complete subtrees of 256 and 65 536 leaves', () => {
    const d = many(513);
    const frontier = createFrontier();
    const nodes = d.flatMap((leaf) => frontier.push(leafHash(leaf)));
    expect(nodes).toEqual([
      { level: 8, index: 0, hash: mth(d.slice(0, 256)) },
      { level: 8, index: 1, hash: mth(d.slice(256, 512)) },
    ]);
  });
});
