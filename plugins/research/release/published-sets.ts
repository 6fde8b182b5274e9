import type { ReleaseLog } from '../../../src/plugin/sdk.ts';
import type { People } from '../evaluation/people.ts';
import type { Published } from '../protection/protect-group.ts';

/** What was published before, together with what the release in work adds. */
export interface PublishedSets extends Published {
  /** The sets that the release in work publishes. */
  readonly added: readonly People[];
}

/**
 * The sets of the log and those of one release.
 * @param k smallest number of people in which two sets may differ
 * @param everyone true: the releases to all callers count
 */
export function publishedSets(log: ReleaseLog, k: number, everyone: boolean): PublishedSets {
  const added: People[] = [];
  const found = new Map<number, Promise<readonly People[]>>();
  return {
    added,
    async near(size) {
      let before = found.get(size);
      if (before === undefined) {
        before = log.near(size, k, everyone);
        found.set(size, before);
      }
      return [...(await before), ...added.filter((set) => Math.abs(set.size - size) < k)];
    },
    add: (set) => void added.push(set),
  };
}
