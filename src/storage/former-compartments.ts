import { compartmentKey } from './index-keys.ts';
import type { TokenHash } from './token-hash.ts';

/**
 * Hashes of the patients in whose compartment a resource was and is not any more: by them the history of a type finds the
 * versions that are still theirs.
 * @param before ids of the patients of the version before, with commas between
 * @param now ids of those of the new version
 */
export function formerCompartments(
  { hash }: { readonly hash: TokenHash },
  before: string,
  now: readonly string[],
): readonly bigint[] {
  const left = before.split(',').filter((id) => id !== '' && !now.includes(id));
  return left.map((id) => hash(compartmentKey(id)));
}
