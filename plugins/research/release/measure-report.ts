import type {
  CodeableConcept,
  Extension,
  MeasureReport,
  MeasureReportGroup,
  MeasureReportGroupPopulation,
  MeasureReportGroupStratifier,
} from '@medplum/fhirtypes';
import type { Classes, EvaluatedGroup } from '../evaluation/evaluate-group.ts';
import { together } from '../evaluation/people.ts';
import { MEASURE_MEDIAN_EXTENSION } from '../measure/measure-extensions.ts';
import type { MeasurePeriod } from '../measure/period.ts';
import { bucketFigures } from '../protection/buckets.ts';
import type { ProtectedGroup } from '../protection/protect-group.ts';
import { roundedCount } from '../protection/rounded.ts';

/** What a report says of itself. */
export interface ReportHead {
  readonly canonical: string;
  readonly period: MeasurePeriod;
  /** Instant of the release. */
  readonly date: string;
  /** Base that counts are rounded to. */
  readonly rounding: number;
}

const OBSERVATION_VALUE = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const POPULATION = 'http://terminology.hl7.org/CodeSystem/measure-population';

/**
 * The report of what may be published: counts are rounded, what is withheld is marked as masked, and nothing says why.
 * @see https://hl7.org/fhir/R4/measurereport.html
 */
export function measureReport(
  { canonical, period, date, rounding }: ReportHead,
  groups: readonly ProtectedGroup[],
): MeasureReport {
  return {
    resourceType: 'MeasureReport',
    meta: { security: [{ system: OBSERVATION_VALUE, code: 'AGGRED' }] },
    status: 'complete',
    type: 'summary',
    measure: canonical,
    date,
    period: { start: period.start, end: period.end },
    group: groups.map((group) => groupOf(group, rounding)),
  };
}

function groupOf(
  { evaluated, shown, withheld }: ProtectedGroup,
  rounding: number,
): MeasureReportGroup {
  const { group, classes, stratifiers } = evaluated;
  const figures = shown === 'all' ? figuresOf(evaluated, classes, rounding) : {};
  return {
    ...(group.code === undefined ? {} : { code: group.code }),
    population: populationsOf(evaluated, shown, classes, rounding),
    ...figures,
    ...(stratifiers.length === 0
      ? {}
      : {
          stratifier: stratifiers.map(
            ({ stratifier, strata }, index): MeasureReportGroupStratifier => ({
              ...(stratifier.code === undefined ? {} : { code: [stratifier.code] }),
              stratum: strata.map(({ value, classes: inStratum }, row) => {
                const hidden = withheld[index]?.has(row) !== false;
                return {
                  value: { text: value },
                  population: populationsOf(
                    evaluated,
                    hidden ? 'nothing' : 'all',
                    inStratum,
                    rounding,
                  ),
                  ...(hidden ? {} : figuresOf(evaluated, inStratum, rounding)),
                };
              }),
            }),
          ),
        }),
  };
}

function populationsOf(
  { group }: EvaluatedGroup,
  shown: ProtectedGroup['shown'],
  classes: Classes,
  rounding: number,
): MeasureReportGroupPopulation[] {
  const whole = classes.reduce((sum, { size }) => sum + size, 0);
  const population = (
    code: string,
    count: number,
    visible: boolean,
  ): MeasureReportGroupPopulation => ({
    code: concept(code),
    ...(visible ? { count: roundedCount(count, rounding) } : (MASKED as object)),
  });
  if (group.scoring !== 'proportion') {
    const code = group.scoring === 'cohort' ? 'initial-population' : 'measure-population';
    return [population(code, whole, shown !== 'nothing')];
  }
  return [
    population('denominator', whole, shown !== 'nothing'),
    population('numerator', classes[0]?.size ?? 0, shown === 'all'),
  ];
}

/** Score of a proportion from the counts as published, mean and median of a continuous measure. */
function figuresOf(
  { group, values }: EvaluatedGroup,
  classes: Classes,
  rounding: number,
): {
  measureScore?: { value: number; unit?: string; code?: string; system?: string };
  extension?: Extension[];
} {
  const people = together(classes);
  if (people.size === 0) return {};
  if (group.scoring === 'proportion') {
    const [above = 0] = classes.map(({ size }) => roundedCount(size, rounding));
    const below = roundedCount(people.size, rounding);
    return { measureScore: { value: Number((above / below).toFixed(2)) } };
  }
  if (group.observation === undefined || values === undefined) return {};
  const { buckets, unit } = group.observation;
  const some = [...people].flatMap((one) => values.get(one) ?? []);
  const { mean, median } = bucketFigures(some, buckets);
  const quantity = (value: number) => ({
    value,
    unit,
    system: 'http://unitsofmeasure.org',
    code: unit,
  });
  return {
    measureScore: quantity(mean),
    extension: [{ url: MEASURE_MEDIAN_EXTENSION, valueQuantity: quantity(median) }],
  };
}

/** A count that is not given. */
const MASKED = { _count: { extension: [{ url: ABSENT, valueCode: 'masked' }] } };

function concept(code: string): CodeableConcept {
  return { coding: [{ system: POPULATION, code }] };
}
