import type { SigningKey } from './key-file.ts';

/** The signing keys at a moment. */
export interface SigningSchedule {
  /** Signs what is issued now. */
  readonly active: SigningKey;
  /** What is published and verified with: the active key first, then those to come, then those whose tokens may live. */
  readonly published: readonly SigningKey[];
}

/**
 * Which of the keys in a file signs, and which are published. A key is published from the moment it stands in the file, so
 * that who verifies has it before it signs; it signs from `signs_from` on, until a later one does; after that it stays
 * until the last token of it has expired. Where none has begun, the first in the file signs.
 * @param now seconds since 1970
 * @param lifetime seconds that the longest token lives, with a margin for clocks
 */
export function signingSchedule(
  keys: readonly SigningKey[],
  now: number,
  lifetime: number,
): SigningSchedule {
  const [first] = keys;
  if (first === undefined) throw new TypeError('A schedule needs a signing key');
  const startOf = ({ signs_from: from = 0 }: SigningKey): number => from;
  const begun = keys.filter((key) => startOf(key) <= now);
  const active = begun.reduce(
    (best, key) => (startOf(key) > startOf(best) ? key : best),
    begun[0] ?? first,
  );
  const coming = keys.filter((key) => startOf(key) > now && key !== active);
  const before = begun.filter((key) => key !== active);
  // Keys of the same start are alternatives of one time, such as those of nodes that sign with different ones.
  const alive = before.filter(
    (key) => startOf(key) === startOf(active) || startOf(active) + lifetime > now,
  );
  return { active, published: [active, ...coming, ...alive] };
}
