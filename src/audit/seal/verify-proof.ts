import { timingSafeEqual } from 'node:crypto';
import { nodeHash } from './hash.ts';

/**
 * True if the proof leads from a leaf to the root.
 * @param hashes of the proof, from the leaf upwards
 * @see https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2
 */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  hashes: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index < 0 || index >= size) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const other of hashes) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(other, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else {
      hash = nodeHash(hash, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/**
 * True if the proof shows that the larger tree begins with all leaves of the smaller one.
 * @see https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2
 */
export function verifyConsistency(
  smaller: number,
  smallerRoot: Buffer,
  size: number,
  root: Buffer,
  hashes: readonly Buffer[],
): boolean {
  if (smaller > size) return false;
  if (smaller === size) return hashes.length === 0 && equal(smallerRoot, root);
  if (smaller === 0) return hashes.length === 0;
  const path = Number.isInteger(Math.log2(smaller)) ? [smallerRoot, ...hashes] : [...hashes];
  const [first] = path;
  if (first === undefined) return false;
  let [node, last] = [smaller - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [before, after] = [first, first];
  for (const other of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      before = nodeHash(other, before);
      after = nodeHash(other, after);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)];
    } else {
      after = nodeHash(after, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(before, smallerRoot) && equal(after, root);
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
