import { type Random, seededRandom } from '../bench/random.ts';
import { bundleCase } from './bundle-cases.ts';
import type { FuzzCase } from './case.ts';
import { jsonCase } from './json-cases.ts';
import { operationCase } from './operation-cases.ts';
import { patchCase } from './patch-cases.ts';
import { searchCase } from './search-cases.ts';
import { urlCase } from './url-cases.ts';
import { xmlCase } from './xml-cases.ts';

const GRAMMARS: readonly ((random: Random) => FuzzCase)[] = [
  urlCase,
  searchCase,
  searchCase,
  jsonCase,
  xmlCase,
  patchCase,
  bundleCase,
  operationCase,
];

/** Case number `index` of a seed: the same one every time, so that a failure can be sent again by itself. */
export function fuzzCase(seed: number, index: number): FuzzCase {
  const random = seededRandom(
    (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0,
  );
  return random.pick(GRAMMARS)(random);
}
