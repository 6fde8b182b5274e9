import type { Kostentraeger } from './kostentraeger.ts';

/** Share of the known prefixes that a new directory must still have to replace the old one by itself. */
export const MINIMUM_PERCENT = 80;

/** Whether a new directory may become active without a person's consent. */
export interface ErsetzungUrteil {
  readonly allowed: boolean;
  /** Different prefixes of the directory in use. */
  readonly known: number;
  /** How many of them the new directory has, too. */
  readonly kept: number;
}

/**
 * A working directory is never replaced by one that has lost more than a fifth of its insurers, as a truncated download
 * would have, unless an operator confirms it. Counted are prefixes that both have: a file with as many, but other
 * entries is just as suspicious.
 * @throws TypeError when the percentage is not between 0 and 100.
 */
export function mayReplaceVerzeichnis(
  current: readonly Kostentraeger[],
  candidate: readonly Kostentraeger[],
  minimumPercent: number = MINIMUM_PERCENT,
): ErsetzungUrteil {
  if (!(minimumPercent >= 0 && minimumPercent <= 100)) {
    throw new TypeError('The share of kept entries is a percentage');
  }
  const prefixes = new Set(current.map((entry) => entry.kostentraegerkuerzel));
  const offered = new Set(candidate.map((entry) => entry.kostentraegerkuerzel));
  const known = prefixes.size;
  const kept = [...prefixes].filter((prefix) => offered.has(prefix)).length;
  return { allowed: offered.size > 0 && kept * 100 >= known * minimumPercent, known, kept };
}
