import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Classes, EvaluatedGroup } from '../../evaluation/evaluate-group.ts';
import { both, type People, together, without } from '../../evaluation/people.ts';
import {
  GroupTooClose,
  type ProtectedGroup,
  protectGroup,
  type Published,
} from '../../protection/protect-group.ts';
import { symmetricDifference } from '../../protection/set-distance.ts';

const K = 10;
const EVERYBODY = 120;

/** Who is asked for, who is above the line, and how people are divided: by ranges of their number. */
interface Question {
  readonly from: number;
  readonly to: number;
  readonly line?: number;
  readonly cuts: readonly (readonly number[])[];
}

const place = fc.integer({ min: 0, max: EVERYBODY });
const questions: fc.Arbitrary<readonly Question[]> = fc.array(
  fc.record(
    {
      from: fc.integer({ min: 0, max: 30 }),
      to: fc.integer({ min: 70, max: EVERYBODY }),
      line: place,
      cuts: fc.array(fc.uniqueArray(place, { minLength: 1, maxLength: 4 }), { maxLength: 2 }),
    },
    { requiredKeys: ['from', 'to', 'cuts'] },
  ),
  { minLength: 1, maxLength: 6 },
);

function range(from: number, to: number): People {
  return new Set(Array.from({ length: Math.max(0, to - from) }, (_, n) => String(from + n)));
}

function evaluated({ from, to, line, cuts }: Question): EvaluatedGroup {
  const people = range(from, to);
  const above = line === undefined ? undefined : range(0, line);
  const classesOf = (some: People): Classes =>
    above === undefined ? [some] : [both(some, above), without(some, above)];
  const stratifiers = cuts.map((points) => {
    const limits = [0, ...points.toSorted((a, b) => a - b), EVERYBODY];
    const strata = limits.slice(1).map((end, index) => ({
      value: String(index),
      classes: classesOf(both(people, range(limits[index] ?? 0, end))),
    }));
    return { stratifier: { emptyIsPublic: false }, strata };
  });
  return { group: {}, classes: classesOf(people), stratifiers } as unknown as EvaluatedGroup;
}

/** Everything that a release says the number of, by itself or as a sum that follows. */
function known({ evaluated: { classes, stratifiers }, shown, withheld }: ProtectedGroup): People[] {
  const rows = (row: Classes): People[] => (row.length > 1 ? [...row, together(row)] : [...row]);
  if (shown === 'nothing') return [];
  if (shown === 'whole') return [together(classes)];
  return [
    ...rows(classes),
    ...stratifiers.flatMap(({ strata }, index) => {
      const hidden = strata.filter((_, row) => withheld[index]?.has(row) === true);
      const sums = classes.map((_, column) =>
        together(hidden.flatMap(({ classes: c }) => c[column] ?? [])),
      );
      return [
        ...strata
          .filter((_, row) => withheld[index]?.has(row) !== true)
          .flatMap((s) => rows(s.classes)),
        ...(hidden.length === 0 || hidden.length === strata.length ? [] : rows(sums)),
      ];
    }),
  ];
}

async function releases(asked: readonly Question[]): Promise<readonly People[]> {
  const sets: People[] = [];
  const published: Published = {
    near: () => Promise.resolve([...sets]),
    add: (set) => void sets.push(set),
  };
  const all: People[] = [];
  for (const question of asked) {
    const before = sets.length;
    try {
      all.push(...known(await protectGroup(evaluated(question), K, published)));
    } catch (error) {
      if (!(error instanceof GroupTooClose)) throw error;
      // Nothing of a refused release is kept.
      sets.length = before;
    }
  }
  return all;
}

describe('any sequence of releases', () => {
  test('[R-034] says nothing about fewer than k people', async () => {
    await fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        for (const set of await releases(asked)) expect(set.size).toBeGreaterThanOrEqual(K);
      }),
    );
  });

  test('[R-034] says nothing about fewer than k people by the difference of two numbers', async () => {
    await fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        const sets = await releases(asked);
        for (const [index, a] of sets.entries()) {
          for (const b of sets.slice(0, index)) {
            const distance = symmetricDifference(a, b);
            expect(distance === 0 || distance >= K).toBe(true);
          }
        }
      }),
    );
  });

  test('is not refused altogether: what is far apart is shown', async () => {
    const asked = [
      { from: 0, to: 60, cuts: [[20, 40]] },
      { from: 30, to: 120, cuts: [[60, 90]] },
    ];
    expect((await releases(asked)).length).toBeGreaterThan(6);
  });
});
