import { hash } from 'node:crypto';
import type { IndexRows } from './index-rows.ts';

/**
 * Digest of the rows that a resource has in the side tables of the index, as a signed number of 64 bits. A new version
 * with the digest of the one before leaves these rows as they are.
 */
export function sideDigest({ ranges, strings }: Pick<IndexRows, 'ranges' | 'strings'>): string {
  // Text that says all of it; a generic walk over the values cost a twentieth of a write.
  const text = ranges.map(({ param, low, high, unit }) => `${param} ${low} ${high} ${unit}`);
  if (strings.length > 0) text.push(JSON.stringify(strings));
  return hash('sha256', text.join('\n'), 'buffer').readBigInt64BE(0).toString();
}
