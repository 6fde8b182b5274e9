import type { QuantityStatistics } from '../../storage/repository/reading/quantity-statistics.ts';

/** CodeSystem of the figures. @see https://hl7.org/fhir/R4/codesystem-observation-statistics.html */
export const STATISTICS_SYSTEM = 'http://terminology.hl7.org/CodeSystem/observation-statistics';

/** A figure: its name, whether it has no unit or the square of one, and where it stands. */
interface Statistic {
  readonly display: string;
  readonly unit: 'same' | 'none' | 'squared';
  /** The value as decimal text; undefined where there are too few values. */
  readonly of: (statistics: QuantityStatistics) => string | undefined;
}

const percentile =
  (index: number): Statistic['of'] =>
  ({ percentiles }) =>
    percentiles?.[index] === undefined ? undefined : decimal(percentiles[index]);

/** The figures by code. `regression` is not among them: it has no single value. */
export const STATISTICS: Readonly<Record<string, Statistic>> = {
  average: { display: 'Average', unit: 'same', of: ({ average }) => average ?? undefined },
  maximum: { display: 'Maximum', unit: 'same', of: ({ maximum }) => maximum ?? undefined },
  minimum: { display: 'Minimum', unit: 'same', of: ({ minimum }) => minimum ?? undefined },
  count: { display: 'Count', unit: 'none', of: ({ count }) => String(count) },
  'total-count': { display: 'Total Count', unit: 'none', of: ({ total }) => String(total) },
  median: { display: 'Median', unit: 'same', of: percentile(3) },
  'std-dev': {
    display: 'Standard Deviation',
    unit: 'same',
    of: ({ deviation }) => deviation ?? undefined,
  },
  sum: { display: 'Sum', unit: 'same', of: ({ sum }) => sum ?? undefined },
  variance: { display: 'Variance', unit: 'squared', of: ({ variance }) => variance ?? undefined },
  '20-percent': { display: '20th Percentile', unit: 'same', of: percentile(0) },
  '80-percent': { display: '80th Percentile', unit: 'same', of: percentile(6) },
  '4-lower': { display: 'Lower Quartile', unit: 'same', of: percentile(1) },
  '4-upper': { display: 'Upper Quartile', unit: 'same', of: percentile(5) },
  '4-dev': {
    display: 'Quartile Deviation',
    unit: 'same',
    of: ({ percentiles }) =>
      percentiles === null
        ? undefined
        : decimal(((percentiles[5] ?? 0) - (percentiles[1] ?? 0)) / 2),
  },
  '5-1': { display: '1st Quintile', unit: 'same', of: percentile(0) },
  '5-2': { display: '2nd Quintile', unit: 'same', of: percentile(2) },
  '5-3': { display: '3rd Quintile', unit: 'same', of: percentile(4) },
  '5-4': { display: '4th Quintile', unit: 'same', of: percentile(6) },
  skew: { display: 'Skew', unit: 'none', of: ({ skew }) => skew ?? undefined },
  kurtosis: { display: 'Kurtosis', unit: 'none', of: ({ kurtosis }) => kurtosis ?? undefined },
};

/** A double as the shortest decimal within its precision. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}
