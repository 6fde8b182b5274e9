import type { AggregateService } from '../../../src/plugin/sdk.ts';
import { both, type People, without } from './people.ts';
import type { MeasurePeriod } from '../measure/period.ts';
import { type Criteria, type Division, withPeriod } from '../measure/read-criteria.ts';
import type { ReadGroup, ReadStratifier } from '../measure/read-measure.ts';

/** People of a stratum by class: of a proportion first who is in the numerator, then who is not; else a single class. */
export type Classes = readonly People[];

/** A stratum with the people in it; the last one of a stratifier holds those who fit none of its values. */
export interface Stratum {
  readonly value: string;
  readonly classes: Classes;
}

/** What a group comes to, before anything is withheld. */
export interface EvaluatedGroup {
  readonly group: ReadGroup;
  readonly classes: Classes;
  /** Measured values by person, of a continuous measure. */
  readonly values?: ReadonlyMap<string, number>;
  readonly stratifiers: readonly {
    readonly stratifier: ReadStratifier;
    readonly strata: readonly Stratum[];
  }[];
}

/** Name of the stratum of those who fit no value. */
export const OTHER = 'other';

/** Counts the people of a group; nothing of it is fit to be published yet. */
export async function evaluateGroup(
  aggregates: AggregateService,
  group: ReadGroup,
  period: MeasurePeriod,
): Promise<EvaluatedGroup> {
  const find = ({ type, query }: Criteria): Promise<People> =>
    aggregates.patients(type, withPeriod(query, period));
  let cohort: People | undefined;
  for (const criteria of group.cohort) {
    const found = await find(criteria);
    cohort = cohort === undefined ? found : both(cohort, found);
  }
  let people = cohort ?? new Set<string>();
  for (const criteria of group.excluded) people = without(people, await find(criteria));
  let values: ReadonlyMap<string, number> | undefined;
  if (group.observation !== undefined) {
    const { query, unit } = group.observation;
    values = await aggregates.values(withPeriod(query, period), unit);
    // Who has no value is in no figure, and so in no count.
    people = both(people, new Set(values.keys()));
  }
  const numerator = group.numerator === undefined ? undefined : await find(group.numerator);
  const classesOf = (some: People): Classes =>
    numerator === undefined ? [some] : [both(some, numerator), without(some, numerator)];
  const stratifiers = [];
  for (const stratifier of group.stratifiers) {
    const strata = await divide(find, people, stratifier.division, classesOf);
    stratifiers.push({ stratifier, strata });
  }
  return {
    group,
    classes: classesOf(people),
    ...(values === undefined ? {} : { values }),
    stratifiers,
  };
}

/** Everybody is in exactly one stratum: the first that fits, or the last. */
async function divide(
  find: (criteria: Criteria) => Promise<People>,
  people: People,
  { type, parameter, values, rest }: Division,
  classesOf: (some: People) => Classes,
): Promise<readonly Stratum[]> {
  const strata: Stratum[] = [];
  let left = people;
  for (const value of values) {
    const query = `${parameter}=${value}${rest === '' ? '' : `&${rest}`}`;
    const found = await find({ type, query });
    strata.push({ value, classes: classesOf(both(left, found)) });
    left = without(left, found);
  }
  return [...strata, { value: OTHER, classes: classesOf(left) }];
}
