import type { Classes, EvaluatedGroup, Stratum } from '../evaluation/evaluate-group.ts';
import { type People, together } from '../evaluation/people.ts';
import { isTooClose } from './set-distance.ts';
import { suppressedRows } from './suppress.ts';

/** What of a group may be published. */
export interface ProtectedGroup {
  readonly evaluated: EvaluatedGroup;
  /** `all`: every class; `whole`: the people of the group, not how they divide into classes; `nothing`. */
  readonly shown: 'all' | 'whole' | 'nothing';
  /** By stratifier, the indexes of the strata that are withheld. */
  readonly withheld: readonly ReadonlySet<number>[];
}

/** Sets of people that are published already, or will be in the same report. */
export interface Published {
  /** Those that differ from a set of this size by fewer than `k` at most in size. */
  near(size: number): Promise<readonly People[]>;
  add(set: People): void;
}

/** The group itself is too close to what was published. */
export class GroupTooClose extends Error {}

/**
 * Decides what of a group is published, and tells `published` which sets of people follow from it.
 *
 * Every number that is published, and every sum of withheld ones, is about a set of people. A set that differs from another
 * published one by fewer than `k` people, without being the same, would tell about those few: then its stratum is withheld,
 * and where it is the group itself, there is no release.
 * @throws GroupTooClose
 */
export async function protectGroup(
  evaluated: EvaluatedGroup,
  k: number,
  published: Published,
): Promise<ProtectedGroup> {
  const { classes, stratifiers } = evaluated;
  const shown = shownOf(classes, k);
  const nothing = stratifiers.map(({ strata }) => new Set(strata.keys()));
  if (shown === 'nothing') return { evaluated, shown, withheld: nothing };
  const sets = shown === 'all' ? setsOf(classes) : [together(classes)];
  for (const set of sets) {
    if (await isClose(set, k, published)) throw new GroupTooClose();
  }
  for (const set of sets) published.add(set);
  if (shown === 'whole') return { evaluated, shown, withheld: nothing };
  const withheld: ReadonlySet<number>[] = [];
  for (const { strata, stratifier } of stratifiers) {
    withheld.push(await protectStrata(strata, stratifier.emptyIsPublic, k, published));
  }
  return { evaluated, shown, withheld };
}

function shownOf(classes: Classes, k: number): ProtectedGroup['shown'] {
  if (classes.every(({ size }) => size >= k)) return 'all';
  const whole = classes.reduce((sum, { size }) => sum + size, 0);
  return classes.length > 1 && whole >= k ? 'whole' : 'nothing';
}

async function protectStrata(
  strata: readonly Stratum[],
  emptyIsPublic: boolean,
  k: number,
  published: Published,
): Promise<ReadonlySet<number>> {
  const rows = strata.map(({ classes }) => classes.map(({ size }) => size));
  const free = emptyIsPublic ? new Set(strata.keys()) : new Set<number>();
  const close = new Set<number>();
  for (const [index, { classes }] of strata.entries()) {
    for (const set of setsOf(classes)) {
      if (set.size >= k && (await isClose(set, k, published))) close.add(index);
    }
  }
  for (;;) {
    const withheld = suppressedRows(rows, k, free, close);
    const visible = [...strata.keys()].filter((index) => !withheld.has(index));
    const rest = restOf(strata, withheld);
    const closeRest = await anyClose(rest, k, published);
    const next = smallest(visible, rows);
    if (!closeRest || next === undefined) {
      for (const index of visible) {
        for (const set of setsOf(strata[index]?.classes ?? []))
          if (set.size > 0) published.add(set);
      }
      for (const set of rest) published.add(set);
      return withheld;
    }
    // What is withheld together follows from the totals, so that it has to keep its distance as well.
    close.add(next);
  }
}

/** The people of the withheld strata together; nothing where all or none are withheld. */
function restOf(strata: readonly Stratum[], withheld: ReadonlySet<number>): readonly People[] {
  if (withheld.size === 0 || withheld.size === strata.length) return [];
  const classes = strata[0]?.classes.length ?? 0;
  const merged = Array.from({ length: classes }, (_, column) =>
    together([...withheld].flatMap((index) => strata[index]?.classes[column] ?? [])),
  );
  return setsOf(merged);
}

/** The sets that numbers of a row of classes are about: each class, and all of them. */
function setsOf(classes: Classes): readonly People[] {
  return classes.length > 1 ? [...classes, together(classes)] : classes;
}

async function anyClose(
  sets: readonly People[],
  k: number,
  published: Published,
): Promise<boolean> {
  for (const set of sets) if (await isClose(set, k, published)) return true;
  return false;
}

async function isClose(set: People, k: number, published: Published): Promise<boolean> {
  return (await published.near(set.size)).some((other) => isTooClose(set, other, k));
}

function smallest(
  visible: readonly number[],
  rows: readonly (readonly number[])[],
): number | undefined {
  const size = (index: number): number =>
    (rows[index] ?? []).reduce((sum, count) => sum + count, 0);
  return visible.filter((index) => size(index) > 0).sort((a, b) => size(a) - size(b) || a - b)[0];
}
