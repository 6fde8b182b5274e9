import type { PolicyInteraction } from './policy.ts';

/** Largest number of answers kept; there are fewer types times interactions, but callers may ask for anything. */
const MAX_ENTRIES = 4096;

/** Remembers the answers for each type and interaction. */
export function memoised<T>(
  compute: (type: string, interaction: PolicyInteraction) => T,
): (type: string, interaction: PolicyInteraction) => T {
  const answers = new Map<string, T>();
  return (type, interaction) => {
    const key = `${interaction}/${type}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = compute(type, interaction);
    if (answers.size < MAX_ENTRIES) answers.set(key, answer);
    return answer;
  };
}
