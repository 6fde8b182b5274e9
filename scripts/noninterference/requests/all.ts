import type { Random } from '../../bench/random.ts';
import { bundle } from './bundles.ts';
import { graphql } from './graphql.ts';
import { operation } from './operations.ts';
import { read } from './reads.ts';
import type { Grammar, PairRequest, Pool } from './request.ts';
import { search } from './searches.ts';
import { change } from './writes.ts';

/** Searches say most, so that there are most of them. */
const GRAMMARS: readonly Grammar[] = [
  read,
  read,
  search,
  search,
  search,
  search,
  graphql,
  operation,
  operation,
  bundle,
  change,
];

/** A random request over any surface. */
export function pairRequest(random: Random, pool: Pool): PairRequest {
  return random.pick(GRAMMARS)(random, pool);
}
