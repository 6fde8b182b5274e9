import type { Comparator } from './expression.ts';

/** One comparison: an end of the stored value, an operator, an end of the searched interval. */
export interface EndComparison {
  readonly column: 'low' | 'high';
  readonly op: '<' | '<=' | '>' | '>=';
  readonly bound: 'low' | 'high';
}

/** An {@link EndComparison} with the number of a particular search. */
export interface RangeCondition {
  readonly column: 'low' | 'high';
  readonly op: '<' | '<=' | '>' | '>=';
  readonly value: number;
}

/** Two ends; open ones are `-Infinity` and `Infinity`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * How a value is stored. Dates are half-open intervals [low, high) with low < high. Numbers, quantities and
 * `_lastUpdated` are points: low = high = value.
 */
export type StoredAs = 'interval' | 'point';

type Table = Readonly<Record<Comparator, readonly (readonly EndComparison[])[]>>;

const LOW_BELOW_LOW = { column: 'low', op: '<', bound: 'low' } as const;
const LOW_FROM_LOW = { column: 'low', op: '>=', bound: 'low' } as const;
const LOW_BELOW_HIGH = { column: 'low', op: '<', bound: 'high' } as const;
const LOW_FROM_HIGH = { column: 'low', op: '>=', bound: 'high' } as const;
const LOW_ABOVE_HIGH = { column: 'low', op: '>', bound: 'high' } as const;
const LOW_TO_LOW = { column: 'low', op: '<=', bound: 'low' } as const;
const HIGH_BELOW_LOW = { column: 'high', op: '<', bound: 'low' } as const;
const HIGH_TO_LOW = { column: 'high', op: '<=', bound: 'low' } as const;
const HIGH_FROM_LOW = { column: 'high', op: '>=', bound: 'low' } as const;
const HIGH_ABOVE_LOW = { column: 'high', op: '>', bound: 'low' } as const;
const HIGH_BELOW_HIGH = { column: 'high', op: '<', bound: 'high' } as const;
const HIGH_TO_HIGH = { column: 'high', op: '<=', bound: 'high' } as const;
const HIGH_FROM_HIGH = { column: 'high', op: '>=', bound: 'high' } as const;
const HIGH_ABOVE_HIGH = { column: 'high', op: '>', bound: 'high' } as const;

/**
 * A stored interval and a searched one, both half-open.
 *
 * `eq`: the searched contains the stored; `ne`: it does not. `gt`, `lt`: the stored reaches beyond the searched, above
 * or below. `ge`, `le`: that, or `eq`; shorter here, because a stored interval that begins within the searched one
 * either ends within it or reaches beyond it. `sa`, `eb`: the stored lies wholly above or below. `ap`: they overlap;
 * the parser has widened the searched one.
 * @see https://hl7.org/fhir/R4/search.html#prefix
 */
export const INTERVAL_IN_INTERVAL: Table = {
  eq: [[LOW_FROM_LOW, HIGH_TO_HIGH]],
  ne: [[LOW_BELOW_LOW], [HIGH_ABOVE_HIGH]],
  gt: [[HIGH_ABOVE_HIGH]],
  lt: [[LOW_BELOW_LOW]],
  ge: [[LOW_FROM_LOW], [HIGH_ABOVE_HIGH]],
  le: [[LOW_BELOW_LOW], [HIGH_TO_HIGH]],
  sa: [[LOW_FROM_HIGH]],
  eb: [[HIGH_TO_LOW]],
  ap: [[LOW_BELOW_HIGH, HIGH_ABOVE_LOW]],
};

/** A stored point and a searched half-open interval: `_lastUpdated`, and numbers with their implicit precision. */
export const POINT_IN_INTERVAL: Table = {
  eq: [[LOW_FROM_LOW, HIGH_BELOW_HIGH]],
  ne: [[LOW_BELOW_LOW], [HIGH_FROM_HIGH]],
  gt: [[HIGH_FROM_HIGH]],
  lt: [[LOW_BELOW_LOW]],
  ge: [[LOW_FROM_LOW]],
  le: [[HIGH_BELOW_HIGH]],
  sa: [[LOW_FROM_HIGH]],
  eb: [[HIGH_BELOW_LOW]],
  ap: [[LOW_BELOW_HIGH, HIGH_FROM_LOW]],
};

/** A stored point and a searched one (low = high): numbers with a prefix that ignores the precision. */
export const POINT_AT_POINT: Table = {
  eq: [[LOW_FROM_LOW, HIGH_TO_HIGH]],
  ne: [[LOW_BELOW_LOW], [HIGH_ABOVE_HIGH]],
  gt: [[HIGH_ABOVE_HIGH]],
  lt: [[LOW_BELOW_LOW]],
  ge: [[HIGH_FROM_LOW]],
  le: [[LOW_TO_LOW]],
  sa: [[LOW_ABOVE_HIGH]],
  eb: [[HIGH_BELOW_LOW]],
  ap: [[LOW_FROM_LOW, HIGH_TO_HIGH]],
};

/**
 * What a search asks of the ends of a stored value: any of the lists, each with all of its conditions. SQL prints it,
 * {@link compareRange} evaluates it, so that both mean the same.
 */
export function rangeCondition(
  comparator: Comparator,
  low: number,
  high: number,
  stored: StoredAs,
): readonly (readonly RangeCondition[])[] {
  return tableOf(low, high, stored)[comparator].map((all) =>
    all.map(({ column, op, bound }) => ({ column, op, value: bound === 'low' ? low : high })),
  );
}

/** True if a stored value stands to the searched one as the prefix asks. */
export function compareRange(
  comparator: Comparator,
  value: Interval,
  searched: Interval,
  stored: StoredAs,
): boolean {
  return tableOf(searched.low, searched.high, stored)[comparator].some((all) =>
    all.every(({ column, op, bound }) => compare(value[column], op, searched[bound])),
  );
}

function tableOf(low: number, high: number, stored: StoredAs): Table {
  if (stored === 'interval') return INTERVAL_IN_INTERVAL;
  return low < high ? POINT_IN_INTERVAL : POINT_AT_POINT;
}

function compare(left: number, op: EndComparison['op'], right: number): boolean {
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
